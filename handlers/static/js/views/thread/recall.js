/* Taking a message back: a button beside it, and below it the question whether she is sure, then that it is under way. */

import { h, set } from "../parts/dom.js";
import { mayRecall } from "../../state/recalls.js";

export function recall({ actions, sessionId }) {
  const button = h("button", { type: "button", class: "quiet recall", on: { click: () => ask("sure", yes) } });
  const words = h("span");
  const yes = h("button", { type: "button", class: "danger", on: { click: () => actions.recall(sessionId, msgId) } });
  const no = h("button", { type: "button", on: { click: () => ask(null, button) } });
  const question = h("div", { class: "recall-question", hidden: true }, words, yes, no);
  let msgId = null;
  let latest = null;

  function ask(phase, next) {
    actions.askRecall(msgId, phase);
    show(phase, latest);
    next.focus();
  }

  function show(phase, w) {
    set(question, { hidden: !phase });
    set(button, { hidden: Boolean(phase), text: w("recall") });
    set(words, { text: phase ? w(phase === "sure" ? "recallSure" : "recalling") : "" });
    set(yes, { text: w("recallYes"), hidden: phase !== "sure" });
    set(no, { text: w("cancel"), hidden: phase !== "sure" });
  }

  return {
    button, element: question,
    update(told, state, session, w) {
      msgId = told.msgId;
      latest = w;
      const may = Boolean(msgId) && mayRecall(state, session, told);
      show((may && state.recalling[msgId]) || null, w);
      if (!may) set(button, { hidden: true });
    },
  };
}
