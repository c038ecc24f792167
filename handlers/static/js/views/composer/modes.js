/* To whom she writes: the customer, or colleagues. */

import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { draftOf, modeOf } from "../../state/drafts.js";

const MODES = { reply: { sign: "talk", keys: "Alt+R" }, note: { sign: "note", keys: "Alt+P" } };

export function modes(actions) {
  const tabs = Object.entries(MODES).map(([mode, { sign, keys }]) => {
    const words = h("span");
    const dot = h("i", { class: "mode-draft", hidden: true });
    const element = h("button", { type: "button", role: "tab", on: { click: () => actions.mode(id, mode) } },
      icon(sign), words, dot);
    return { mode, keys, words, dot, element };
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
      for (const { mode, keys, words, dot, element: tab } of tabs) {
        set(words, { text: w(`modes.${mode}`) });
        const title = `${w(`modes.${mode}`)} (${keys})`;
        set(tab, { "aria-selected": String(mode === now), tabindex: mode === now ? 0 : -1, title });
        const waits = mode !== now && draftOf(state, mode, id);
        set(dot, { hidden: !waits, role: waits ? "img" : null, "aria-label": waits ? w("modeDraft") : null });
      }
    },
  };
}
