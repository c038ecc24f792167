/* Orders and products that were named in the session, each to be copied and, where the platform can be asked, looked up. */

import { each, h, set } from "../parts/dom.js";
import { copyButton } from "../parts/copying.js";
import { lookupKey, mayLookUp } from "../../state/lookups.js";
import { goodsNamed } from "../../state/people.js";
import { lookup } from "../thread/lookups.js";

const HERE = "panel"; // beside the messages below which a look-up can be open

export function goodsSection(actions) {
  const element = h("ul", { class: "panel-goods" });
  return {
    element,
    summary: (state, session) => goodsNamed(state, session).map(({ number }) => number).join(" · ") || null,
    update(state, session, w) {
      const { sessionId } = session;
      const items = goodsNamed(state, session).map((one) => ({ one, asked: state.lookups[lookupKey(one)], w }));
      each(element, items.map((item) => ({ ...item, asks: mayLookUp(state, session, item.one) })),
        ({ one, asks }) => `${lookupKey(one)}/${asks}`, ({ one, asks }) => good(one, asks, { actions, sessionId }));
    },
  };
}

function good(one, asks, tools) {
  const title = h("p", { class: "content panel-goods-title" });
  const view = asks ? lookup({ ...one, inWords: true }, tools) : plain(one, tools);
  return {
    element: h("li", {}, title, view.element),
    update({ one: { title: called }, asked, w }) {
      set(title, { text: called, hidden: !called });
      view.update({ asked, msgId: HERE, w });
    },
  };
}

function plain({ what, number }, { actions }) {
  const kind = { orders: "order", products: "product" }[what];
  const label = h("span", { class: "muted" });
  const copy = copyButton(actions);
  return {
    element: h("div", { class: "goods-row" }, label, set(h("span", { class: "goods-number" }), { text: number }), copy.element),
    update({ w }) {
      set(label, { text: w(`numbers.${kind}`) });
      copy.update(number, w("copyNumber", { kind: w(`numbers.${kind}`), number }), w);
    },
  };
}
