/* Colleagues at the caret: an @ in a note names them, and they are told. */

import { h, set } from "../parts/dom.js";
import { mentionAt } from "../../state/quick.js";
import { completing } from "./completing.js";

/** `now()` gives `{state}`. */
export function mentions(box, now) {
  const list = completing(box, {
    id: "colleagues", name: (w) => w("colleagues"), find: mentionAt, narrow: true,
    choices(query) {
      const { agents, me } = now().state;
      const fits = ({ csId, name }) => csId !== me.csId
        && [csId, name].some((text) => text.toLowerCase().includes(query));
      return { rows: agents.filter(fits).map((agent) => ({ key: agent.csId, agent })), empty: null };
    },
    make: makeRow,
    take: ({ agent }, { start, end }) => box.replace(start, end, `@${agent.name} `),
  });
  return {
    ...list,
    open() {
      box.insert("@");
      list.reopen();
    },
  };
}

function makeRow() {
  const name = h("span", { class: "quick-title" });
  const role = h("span", { class: "muted" });
  return {
    element: h("div", { class: "quick-row" }, name, role),
    update({ agent }, query, w) {
      set(name, { text: agent.name });
      set(role, { text: w(`roles.${agent.role}`) });
    },
  };
}
