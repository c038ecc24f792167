/* The glass box under what the assistant said or drafted: what it rests on, and what agents think of it. */

import { h, set } from "../parts/dom.js";
import { isDrafted } from "../../state/judging.js";
import { basis } from "./basis.js";
import { judgement } from "./judgement.js";

export function glass(tools) {
  const rests = basis();
  const judged = judgement(tools);
  const drafted = h("span", { class: "muted" });
  return {
    element: h("div", { class: "glass" }, h("div", { class: "glass-row" }, rests.button, drafted, judged.group), rests.box, judged.form),
    update(told, state, session, w) {
      rests.update(told, w);
      judged.update(told, state, w);
      set(drafted, { text: w("drafted"), hidden: !isDrafted(told) });
    },
  };
}
