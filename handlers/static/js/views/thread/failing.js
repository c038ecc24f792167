/* A word above the reply box that something did not arrive, wherever in the thread it stands: the way there, and once more. */

import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { failures, firstFailure } from "../../state/threads.js";
import { isOpen } from "../composer/lock.js";

export function failureChip(actions) {
  const text = h("span");
  const button = h("button", { type: "button", class: "quiet", on: { click: goThere } });
  const again = h("button", { type: "button", class: "quiet", on: { click: () => actions.retryFailed(latest[1]) } });
  const element = h("div", { class: "failing", role: "status", hidden: true }, icon("warn"), text, button, again);
  let latest = null;

  function goThere() {
    const [state, id] = latest;
    const { seq } = firstFailure(state, id) ?? {};
    if (seq) actions.jump(id, seq);
    else actions.latest(id);
  }

  return {
    element,
    /** Without a session there is nothing to tell of. */
    update(state, session, w) {
      const n = session ? failures(state, session.sessionId) : 0;
      element.hidden = !n;
      latest = [state, session?.sessionId];
      if (!n) return;
      set(text, { text: w("failed", { n }) });
      set(button, { text: w("failedShow") });
      set(again, { text: w(n > 1 ? "retryAll" : "retry"), hidden: !isOpen(state, session) });
    },
  };
}
