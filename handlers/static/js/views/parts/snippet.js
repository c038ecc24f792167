/* Lines to copy as they stand, and a button that copies them and says that it has. */

import { h, set } from "./dom.js";
import { icon } from "./icons.js";

export function snippet(actions) {
  const code = h("code");
  const words = h("span");
  const copy = h("button", { type: "button", class: "quiet", on: { click: () => actions.copyStep(code.textContent) } },
    icon("copy"), words);
  return {
    element: h("div", { class: "snippet" }, h("pre", {}, code), copy),
    update({ line, joining: { copied }, w }) {
      set(code, { text: line });
      const said = copied?.text === line ? w(copied.done ? "joining.copied" : "joining.notCopied") : w("copy");
      set(words, { text: said });
      set(copy, { "aria-label": w("joining.copyThis", { said, text: line.split("\n")[0] }) });
    },
  };
}
