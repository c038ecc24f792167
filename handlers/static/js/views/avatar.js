/* A customer's initial on a colour of her own. Pictures are not fetched: their addresses come from outside. */

import { h, set } from "../dom.js";

const COLOURS = 8; // in base.css

export function avatar() {
  const initial = h("span", { class: "avatar-initial" });
  const badge = h("span", { class: "avatar-badge" });
  const element = h("span", { class: "avatar", "aria-hidden": "true" }, initial, badge);
  return {
    element,
    update(name, session, w) {
      set(element, { "data-colour": colourOf(session.customerId) });
      set(initial, { text: [...name.replace(/[^\p{L}\p{N}]/gu, "") || "?"][0].toUpperCase() });
      set(badge, { text: w(`badges.${session.channelType}`), "data-channel": session.channelType });
    },
  };
}

function colourOf(text) {
  let sum = 7;
  for (const letter of text) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
  return sum % COLOURS;
}
