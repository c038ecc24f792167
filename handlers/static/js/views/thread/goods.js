/*
 * A product or an order as a card: picture, title, price, state, and its number to be copied. The picture is the one our
 * own server has fetched; where it has none, a sign stands in its place, and nobody else is asked.
 */

import { h, set } from "../parts/dom.js";
import { changingIcon } from "../parts/icons.js";
import { pictureOf } from "../../state/pictures.js";
import { copyButton } from "../parts/copying.js";

export function goods({ actions }) {
  const image = h("img", { class: "goods-picture", alt: "", decoding: "async", on: { error: broke } });
  const look = h("button", { type: "button", class: "goods-look", on: { click: () => actions.look(at) } }, image);
  const sign = changingIcon("bag");
  const none = h("span", { class: "goods-none" }, sign.element);
  const kind = h("span", { class: "type-chip" });
  const title = h("span", { class: "goods-title content" });
  const price = h("span", { class: "goods-price" });
  const state = h("span", { class: "goods-state" });
  const label = h("span", { class: "muted" });
  const number = h("span", { class: "goods-number" });
  const copy = copyButton(actions);
  const row = h("div", { class: "goods-row" }, label, number, copy.element);
  const element = h("div", { class: "goods" }, look, none, h("div", { class: "goods-text" },
    h("div", { class: "goods-head" }, kind, title), h("div", { class: "goods-facts" }, price, state), row));
  let at = null;
  let broken = null; // the picture that no browser could show

  function broke() {
    broken = image.getAttribute("src");
    look.hidden = true;
    none.hidden = false;
  }

  return {
    element,
    update(told, { w }) {
      const card = readGoods(told);
      const picture = told.msgId ? pictureOf(told) : null;
      const shown = Boolean(picture) && picture.src !== broken;
      at = picture && { id: told.sessionId, key: picture.key };
      set(look, { hidden: !shown, "aria-label": w("lookAt", { name: card.title || card.number }) });
      set(image, { src: picture?.src ?? null });
      set(none, { hidden: shown, title: w("noPicture") });
      sign.update(told.msgType === "order" ? "list" : "bag");
      set(kind, { text: w(`types.${told.msgType}`) });
      set(title, { text: card.title, title: `${w(`types.${told.msgType}`)} ${card.title}`, hidden: !card.title });
      set(price, { text: card.price ? w("yuan", { price: card.price }) : "", hidden: !card.price });
      set(state, { text: card.state, hidden: !card.state });
      set(label, { text: w(`numbers.${told.msgType}`) });
      set(number, { text: card.number });
      set(row, { hidden: !card.number });
      copy.update(card.number, w("copyNumber", { kind: w(`numbers.${told.msgType}`), number: card.number }), w);
    },
  };
}

/** Whether a message is a card of ours: the server has put it into one shape. */
export const isGoods = ({ msgType, fields }) =>
  (msgType === "product" || msgType === "order") && typeof fields?.card === "object" && fields.card !== null;

/** Texts only, whatever a platform sent. */
function readGoods({ fields: { card } }) {
  const text = (name) => (typeof card[name] === "string" ? card[name] : "");
  return { title: text("title"), number: text("number"), price: text("price"), state: text("state") };
}
