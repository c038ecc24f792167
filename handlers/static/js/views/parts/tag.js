/* A tag: always its word, beside it a colour of its own, the same wherever it stands. */

import { h, set } from "./dom.js";

const COLOURS = 8; // in panel.css

export function tagColour(name) {
  let sum = 5;
  for (const letter of name) sum = (sum * 33 + letter.codePointAt(0)) % 9973;
  return sum % COLOURS;
}

export function tag(name, ...more) {
  return h("span", { class: "tag", "data-colour": tagColour(name) }, h("i", { class: "tag-dot" }),
    set(h("span", { class: "tag-name" }), { text: name }), ...more);
}
