/* What the platform sent and we keep of a message, as it is: for who has to find out why something looks as it does. */

import { h, set } from "../parts/dom.js";
import { words } from "../../texts/texts.js";

export function mount(element, actions) {
  const title = h("h2");
  const text = h("pre", { class: "raw-text", tabindex: 0 });
  const copy = h("button", { type: "button", on: { click: () => actions.copy(text.textContent) } });
  const close = h("button", { type: "button", class: "primary", on: { click: shut } });
  const dialog = h("dialog", { class: "raw", on: { cancel: shut, close: shut } }, title, text,
    h("div", { class: "asking-foot" }, copy, close));
  element.append(dialog);

  function shut() {
    actions.showRaw(null);
  }

  return {
    update({ raw, prefs }) {
      if (!raw) {
        if (dialog.open) dialog.close();
        return;
      }
      const w = words(prefs.lang);
      const { heard, ...told } = raw;
      set(dialog, { "aria-label": w("rawTitle") });
      set(title, { text: w("rawTitle") });
      set(text, { text: JSON.stringify(told, null, 2), "aria-label": w("rawTitle") });
      set(copy, { text: w("rawCopy") });
      set(close, { text: w("closePicture") });
      if (!dialog.open) dialog.showModal();
    },
  };
}
