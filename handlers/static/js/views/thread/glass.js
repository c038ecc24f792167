/* The glass box under what the assistant said: what it rests on, and what agents think of it. */

import { h } from "../parts/dom.js";
import { basis } from "./basis.js";
import { judgement } from "./judgement.js";

export function glass(tools) {
  const rests = basis();
  const judged = judgement(tools);
  return {
    element: h("div", { class: "glass" }, h("div", { class: "glass-row" }, rests.button, judged.group), rests.box, judged.form),
    update(told, state, session, w) {
      rests.update(told, w);
      judged.update(told, state, w);
    },
  };
}
