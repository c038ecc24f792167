/* Above the reply of whoever does not hold the session: who does, and what she can do about it. */

import { h, set } from "../parts/dom.js";
import { changingIcon } from "../parts/icons.js";
import { isMine, mayTakeOver } from "../../state/rights.js";
import { agentName } from "../../state/state.js";

export function owner(actions) {
  const sign = changingIcon("talk");
  const words = h("span");
  const takeOver = h("button", { type: "button", on: { click: () => actions.takeOver(id) } });
  const note = h("button", { type: "button", on: { click: () => actions.mode(id, "note") } });
  const element = h("p", { class: "composer-note" }, sign.element, words, takeOver, note);
  let id = null;
  return {
    element,
    update(state, session, w) {
      id = session.sessionId;
      element.hidden = isMine(session, state.me);
      if (element.hidden) return;
      const ai = session.status === "ai";
      set(element, { "data-status": session.status });
      sign.update(ai ? "spark" : "talk");
      set(words, { text: ai ? w("answersHere") : w("supervising", { name: agentName(state, session.manualCsId) }) });
      set(takeOver, { text: w("takeOver"), hidden: !mayTakeOver(session, state.me), disabled: Boolean(state.acts[id]) });
      set(note, { text: w("writeNote") });
    },
  };
}
