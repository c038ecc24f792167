/* A reply that waits a moment before it goes: what it says, and 撤销, which puts it back. */

import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { heldOf, wordsOf } from "../../state/holding.js";

export function waiting(actions) {
  const text = h("span", { class: "waiting-text" });
  const undo = h("button", { type: "button", on: { click: () => actions.undoSend(id) } });
  const go = h("button", { type: "button", class: "quiet", on: { click: () => actions.sendNow(id) } });
  const element = h("div", { class: "waiting", role: "status", hidden: true }, icon("clock"), text, undo, go);
  let id = null;
  return {
    element,
    update(state, session, w) {
      id = session.sessionId;
      const held = heldOf(state, id);
      element.hidden = !held.length;
      if (!held.length) return;
      set(text, { text: w("waitingToGo", { text: held.map(wordsOf).join(" ") }) });
      set(undo, { text: w("undo") });
      set(go, { text: w("sendNow") });
    },
  };
}
