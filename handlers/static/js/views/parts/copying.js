/* A button that copies what stands beside it, and says that it has. */

import { h, set } from "./dom.js";
import { icon } from "./icons.js";

export function copyButton(actions) {
  let text = "";
  const words = h("span");
  const element = h("button", { type: "button", class: "quiet copy", on: { click: () => actions.copy(text) } },
    icon("copy"), words);
  return {
    element,
    update(copied, name, w) {
      text = copied;
      set(words, { text: w("copy") });
      set(element, { "aria-label": name, title: name });
    },
  };
}
