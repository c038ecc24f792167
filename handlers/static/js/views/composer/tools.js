/* What stands under a reply beside its words: emoji, files, quick replies and cards, as far as the channel takes them. */

import { abilityOf, cardsTaken, choosable } from "../../state/abilities.js";
import { takesFiles } from "../../state/files.js";
import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { sendingOf } from "../dialogs/carding.js";
import { takenInWords } from "./chips.js";
import { emoji } from "./emoji.js";

/** `insert(emoji)`, `takeIn(files)` and `openLibrary()` are the reply's. */
export function tools(actions, { insert, takeIn, openLibrary }) {
  const choice = h("input", { type: "file", multiple: true, hidden: true, on: { change: chose } });
  const tool = (className, sign, act) =>
    h("button", { type: "button", class: `icon-button ${className}`, on: { click: act } }, icon(sign));
  const faces = emoji(actions, insert);
  const attach = tool("attach", "attach", () => choice.click());
  const library = tool("library", "quick", openLibrary);
  const cards = tool("", "card", () => actions.writeCard(id));
  let id = null;

  function chose() {
    takeIn([...choice.files]);
    choice.value = ""; // so that the same file can be chosen again
  }

  return {
    element: h("div", { class: "composer-tools" }, faces.element, attach, choice, library, cards),
    /** `open` says whether what she sends goes at once. */
    update(state, session, open, w) {
      id = session.sessionId;
      const ability = abilityOf(state, session);
      const taken = takenInWords(ability, w);
      faces.update(state, w);
      set(attach, { hidden: !takesFiles(state, session), "aria-label": w("attach"), title: w("attachHint", { taken }) });
      set(choice, { "aria-label": w("attach"), accept: choosable(ability) });
      const kinds = cardsTaken(ability);
      const sending = sendingOf(kinds, w);
      const title = kinds.includes("product") ? w("goodsHint", { sending }) : sending;
      set(cards, { hidden: !kinds.length || !open, "aria-label": sending, title });
      set(library, { "aria-label": w("quickReplies"), title: w("quickHint") });
    },
  };
}
