/* Taking a message back: asked once, then shown as under way; the message itself says when it is done. */

import { h, set } from "../dom.js";
import { mayRecall } from "../recalls.js";

export function recall({ actions, sessionId }) {
  const words = h("span");
  const act = h("button", { type: "button", class: "quiet", on: { click: press } });
  const back = h("button", { type: "button", class: "quiet", on: { click: () => ask(false) } });
  const element = h("div", { class: "recall", hidden: true }, words, act, back);
  let msgId = null;
  let phase = null;

  function press() {
    if (phase === "sure") actions.recall(sessionId, msgId);
    else ask(true);
  }

  function ask(on) {
    actions.askRecall(msgId, on);
    act.focus();
  }

  return {
    element,
    update(told, state, session, w) {
      msgId = told.msgId;
      phase = state.recalling[msgId] ?? null;
      set(element, { hidden: !(msgId && mayRecall(state, session, told)), "data-phase": phase });
      set(words, { text: phase ? w(phase === "sure" ? "recallSure" : "recalling") : "", hidden: !phase });
      set(act, { text: w(phase === "sure" ? "recallYes" : "recall"), hidden: phase === "busy" });
      set(back, { text: w("cancel"), hidden: phase !== "sure" });
    },
  };
}
