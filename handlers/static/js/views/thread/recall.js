/* Below a message that is about to be taken back: the question whether she is sure, then that it is under way. */

import { h, set } from "../parts/dom.js";
import { mayRecall } from "../../state/recalls.js";

export function recall({ actions, sessionId }) {
  const words = h("span");
  const yes = h("button", { type: "button", class: "danger", on: { click: () => actions.recall(sessionId, msgId) } });
  const no = h("button", { type: "button", on: { click: cancel } });
  const element = h("div", { class: "recall-question", hidden: true }, words, yes, no);
  let msgId = null;

  function cancel() {
    element.closest(".message").focus();
    actions.askRecall(msgId, null);
  }

  return {
    element,
    update(told, state, session, w) {
      msgId = told.msgId;
      const phase = (mayRecall(state, session, told) && state.recalling[msgId]) || null;
      const asks = phase === "sure" && element.hidden;
      set(element, { hidden: !phase });
      set(words, { text: phase ? w(phase === "sure" ? "recallSure" : "recalling") : "" });
      set(yes, { text: w("recallYes"), hidden: phase !== "sure" });
      set(no, { text: w("cancel"), hidden: phase !== "sure" });
      if (asks) yes.focus();
    },
  };
}
