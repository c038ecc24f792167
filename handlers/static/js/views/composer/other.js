/* A draft that was written elsewhere and lost against the newer one: it can be had back. */

import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { markedAs } from "../../state/drafts.js";

export function other(actions, mode) {
  const words = h("span");
  const back = h("button", { type: "button", class: "link", on: { click: () => actions.restoreOther(mode, id) } });
  const away = h("button", { type: "button", class: "icon-button", on: { click: () => actions.dropOther(mode, id) } },
    icon("close"));
  const element = h("p", { class: "other-draft muted", role: "status", hidden: true }, words, back, away);
  let id = null;
  return {
    element,
    update(state, session, w) {
      id = session.sessionId;
      const lost = markedAs(state, mode, id).other;
      element.hidden = !lost;
      if (!lost) return;
      set(words, { text: w("otherDraft") });
      set(back, { text: w("otherRestore"), title: lost.text });
      set(away, { "aria-label": w("otherDrop"), title: w("otherDrop") });
    },
  };
}
