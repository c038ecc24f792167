/* What a message holds: its text, its file, or a card of what else it is. Whatever a customer wrote is set as text. */

import { h, set } from "../parts/dom.js";
import { attachment } from "./attachment.js";
import { card } from "./card.js";
import { goods, isGoods } from "./goods.js";
import { place } from "./place.js";

export function body(tools) {
  const element = h("div", { class: "body" });
  let shown = null; // {kind, view}

  return {
    element,
    update(told, how) {
      const kind = kindOf(told, how);
      if (shown?.kind !== kind) {
        shown = { kind, view: MAKE[kind](tools) };
        element.replaceChildren(shown.view.element);
      }
      shown.view.update(told, how);
    },
  };
}

/** What has a picture only beside what it is, is a card all the same. */
function kindOf(told, { sending }) {
  if (isGoods(told)) return "goods";
  if (told.msgType === "location") return "place";
  if ((told.attachment || sending) && !COVERED.includes(told.msgType)) return "file";
  return told.msgType === "text" ? "text" : "card";
}

const COVERED = ["link", "miniprogram"];

const MAKE = {
  goods,
  place,
  file: attachment,
  text() {
    const element = h("span", { class: "content" });
    return { element, update: ({ content }) => set(element, { text: content }) };
  },
  card,
};
