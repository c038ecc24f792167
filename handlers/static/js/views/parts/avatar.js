/* A customer's picture, which our own server fetches, or else her initial on a colour of her own. */

import { h, set } from "./dom.js";
import { picture } from "./picture.js";

const COLOURS = 8; // in base.css

export function avatar() {
  const initial = h("span", { class: "avatar-initial" });
  const badge = h("span", { class: "avatar-badge" });
  const face = picture("avatar-picture");
  const element = h("span", { class: "avatar", "aria-hidden": "true" }, initial, face.element, badge);
  return {
    element,
    update(name, session, w) {
      set(element, { "data-colour": colourOf(session.customerId) });
      set(initial, { text: [...name.replace(/[^\p{L}\p{N}]/gu, "") || "?"][0].toUpperCase() });
      face.update(session.customerAvatar);
      set(badge, { text: w(`badges.${session.channelType}`), "data-channel": session.channelType });
    },
  };
}

function colourOf(text) {
  let sum = 7;
  for (const letter of text) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
  return sum % COLOURS;
}
