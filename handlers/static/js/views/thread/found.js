/* What a platform says of an order or a product: what is known is shown, and nothing stands empty. */

import { each, h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { webAddress } from "./card.js";
import { copyButton } from "../parts/copying.js";

export function found({ what }, actions) {
  return what === "orders" ? order(actions) : product();
}

function order(actions) {
  const state = h("p", { class: "found-state" });
  const items = h("ul", { class: "found-items" });
  const facts = h("dl", { class: "found-facts" });
  const parcels = h("div", { class: "found-parcels" });
  return {
    element: h("div", { class: "found" }, state, items, facts, parcels),
    update(told, w) {
      const price = (value) => inYuan(value, w);
      set(state, { text: told.state ?? "", hidden: !told.state });
      each(items, (told.items ?? []).map((item, place) => ({ item, place, w })), ({ place }) => place, makeItem);
      const known = { total: price(told.total), paid: price(told.paid), created: told.created, remark: told.remark };
      each(facts, Object.entries(known).filter(([, value]) => value).map(([name, value]) => ({ name, value, w })),
        ({ name }) => name, makeFact);
      each(parcels, (told.parcels ?? []).map((number) => ({ number, w })), ({ number }) => number,
        () => makeParcel(actions));
    },
  };
}

function makeItem() {
  const title = h("span", { class: "content" });
  const price = h("span", { class: "muted" });
  return {
    element: h("li", {}, title, price),
    update({ item, w }) {
      const name = item.title || item.number || "";
      set(title, { text: item.count ? w("items", { title: name, count: item.count }) : name });
      set(price, { text: inYuan(item.price, w) });
    },
  };
}

function makeFact() {
  const name = h("dt");
  const value = h("dd", { class: "content" });
  return {
    element: h("div", {}, name, value),
    update(fact) {
      set(name, { text: fact.w(`order.${fact.name}`) });
      set(value, { text: fact.value });
    },
  };
}

function makeParcel(actions) {
  const label = h("span", { class: "muted" });
  const text = h("span", { class: "goods-number" });
  const copy = copyButton(actions);
  return {
    element: h("div", { class: "goods-row" }, label, text, copy.element),
    update({ number, w }) {
      set(label, { text: w("order.parcels") });
      set(text, { text: number });
      copy.update(number, w("copyNumber", { kind: w("numbers.parcel"), number }), w);
    },
  };
}

function product() {
  const title = h("p", { class: "content" });
  const price = h("span", { class: "goods-price" });
  const link = h("a", { class: "link", target: "_blank", rel: "noopener noreferrer" }, icon("link"), h("span"),
    h("span", { class: "link-host" }));
  return {
    element: h("div", { class: "found" }, title, price, link),
    update(told, w) {
      const url = webAddress(told.url);
      set(title, { text: told.title ?? "", hidden: !told.title });
      set(price, { text: inYuan(told.price, w), hidden: !told.price });
      set(link, { hidden: !url, href: url?.href ?? null });
      set(link.children[1], { text: w("openProduct") });
      set(link.children[2], { text: url?.host ?? "" });
    },
  };
}

/** With its cents, where the platform told a number; otherwise in its own words. */
function inYuan(price, w) {
  if (!price) return "";
  return w("yuan", { price: Number.isFinite(Number(price)) ? Number(price).toFixed(2) : price });
}
