/* Who may use a quick reply: its writer, a group, or everyone. */

import { h, set } from "../../parts/dom.js";

const SCOPES = ["personal", "group", "all"];

export function scopeChoice() {
  const scopeName = h("span", { class: "asking-label" });
  const groupName = h("span", { class: "asking-label" });
  const options = SCOPES.map((scope) => new Option("", scope));
  const scope = h("select", { on: { change: () => show() } }, ...options);
  const group = h("select");
  const groups = h("label", { class: "asking-field" }, groupName, group);
  let wanted = "";

  function show() {
    groups.hidden = scope.value !== "group";
  }

  return {
    element: h("div", { class: "quick-pair" }, h("label", { class: "asking-field" }, scopeName, scope), groups),
    value: () => (scope.value === "group" ? { scope: "group", group: group.value } : { scope: scope.value }),
    fill(reply) {
      scope.value = reply.scope ?? "personal";
      wanted = reply.group ?? "";
      group.value = wanted;
    },
    /** Who may not share has her own only. */
    update({ agents }, shares, w) {
      const all = [...new Set([...agents.flatMap((agent) => agent.groups ?? []), ...(wanted ? [wanted] : [])])].sort();
      if (all.join() !== [...group.options].map(({ value }) => value).join()) {
        group.replaceChildren(...all.map((name) => new Option(name, name)));
        if (wanted) group.value = wanted;
      }
      options.forEach((option) => {
        set(option, { text: w(`quickScopes.${option.value}`) });
        option.hidden = option.value !== scope.value && option.value !== "personal"
          && (!shares || (option.value === "group" && !all.length));
      });
      set(scopeName, { text: w("quickFields.scope") });
      set(groupName, { text: w("quickFields.group") });
      show();
    },
  };
}
