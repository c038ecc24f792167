/* To whom she writes: the customer, or colleagues. */

import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { withKey } from "../parts/keytitle.js";
import { draftOf, modeOf } from "../../state/drafts.js";

const MODES = { reply: "talk", note: "note" }; // and their signs; the commands that choose them are called the same

export function modes(actions) {
  const tabs = Object.entries(MODES).map(([mode, sign]) => {
    const words = h("span");
    const dot = h("i", { class: "mode-draft", hidden: true });
    const element = h("button", { type: "button", role: "tab", on: { click: () => actions.mode(id, mode) } },
      icon(sign), words, dot);
    return { mode, words, dot, element };
  });
  const element = h("div", { class: "modes", role: "tablist", on: { keydown: arrows } }, ...tabs.map((tab) => tab.element));
  let id = null;

  function arrows(event) {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    tabs.find((tab) => tab.element !== document.activeElement)?.element.click();
  }

  return {
    element,
    update(state, session, w) {
      id = session.sessionId;
      const now = modeOf(state, id);
      set(element, { "aria-label": w("modesTitle") });
      for (const { mode, words, dot, element: tab } of tabs) {
        set(words, { text: w(`modes.${mode}`) });
        const title = withKey(w(`modes.${mode}`), state, mode);
        set(tab, { "aria-selected": String(mode === now), tabindex: mode === now ? 0 : -1, title });
        const waits = mode !== now && draftOf(state, mode, id);
        set(dot, { hidden: !waits, role: waits ? "img" : null, "aria-label": waits ? w("modeDraft") : null });
      }
    },
  };
}
