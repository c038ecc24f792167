/* A key as it is printed on a keyboard: `Alt` + `N`. */

import { isMac } from "../../actions/keys.js";
import { shownKey } from "../../state/commands.js";
import { h } from "./dom.js";

export function keycaps(key) {
  const mac = isMac();
  const presses = shownKey(key, mac).map((parts) => parts.flatMap((part, index) => [
    index && !mac ? "+" : null, h("kbd", { text: part }),
  ]));
  return h("span", { class: "keycaps" }, ...presses.flatMap((parts, index) => [index ? " " : null, ...parts]));
}
