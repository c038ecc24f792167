/* What she had begun to write when the session went to somebody else: it cannot be sent, but it is hers to take along. */

import { h, set } from "../parts/dom.js";
import { draftOf } from "../../state/drafts.js";

export function unsentDraft(actions) {
  let text = "";
  const title = h("p", { class: "muted" });
  const said = h("p", { class: "content" });
  const copy = h("button", { type: "button", on: { click: () => actions.copy(text) } });
  const element = h("div", { class: "unsent" }, title, said, copy);
  return {
    element,
    /** `session` is one that is somebody else's, or null. */
    update(state, session, w) {
      text = session ? draftOf(state, "reply", session.sessionId).trim() : "";
      element.hidden = !text;
      set(title, { text: w("unsentDraft") });
      set(said, { text });
      set(copy, { text: w("copy") });
    },
  };
}
