/* The tabs of the list, with how many each holds. */

import { each, h, set } from "../parts/dom.js";
import { TABS, unreadOfMine } from "../../state/sessions.js";

export function tabBar(actions) {
  const element = h("div", { class: "tabs", role: "tablist", on: { keydown: move } });
  let previous = 0;

  function move(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || event.altKey) return;
    const all = [...element.children];
    const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
    next.focus();
    next.click();
  }

  function make(tab) {
    const label = h("span");
    const unread = tab === "mine" ? h("span", { class: "badge" }) : null;
    const count = h("span", { class: "tab-count", on: { animationend: () => set(count, { "data-grew": false }) } });
    const element = h("button", {
      type: "button", role: "tab", id: `tab-${tab}`, "aria-controls": "list-panel", class: "tab", "data-tab": tab,
      on: { click: () => actions.tab(tab) },
    }, label, h("span", { class: "tab-numbers" }, count, unread));
    return {
      element,
      update: ({ state, counts, w }) => {
        const on = state.tab === tab;
        set(element, { "aria-selected": String(on), tabindex: on ? 0 : -1 });
        set(label, { text: w(`tabs.${tab}`) });
        set(count, { text: counts[tab] > 999 ? "999+" : String(counts[tab] || ""), hidden: !counts[tab] });
        if (unread) {
          const n = unreadOfMine(state);
          set(unread, { hidden: !n, text: n > 99 ? "99+" : String(n || ""), "aria-label": w("unread", { n }) });
        }
        if (tab === "pending") {
          if (counts.pending > previous) set(count, { "data-grew": true });
          previous = counts.pending ?? previous;
        }
      },
    };
  }

  return {
    element,
    update(state, counts, w) {
      set(element, { "aria-label": w("sessions") });
      each(element, TABS.map((tab) => ({ tab, state, counts, w })), ({ tab }) => tab, ({ tab }) => make(tab));
    },
  };
}
