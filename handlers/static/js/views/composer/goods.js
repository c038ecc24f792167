/*
 * Orders and products at the caret: a # offers those that are known of the session. What is chosen stands in the reply as
 * text; where the channel takes it as a card, a card can be begun with it instead.
 */

import { h, set } from "../parts/dom.js";
import { changingIcon } from "../parts/icons.js";
import { goesAsCard, goodsFitting, goodsKnown, inText, keyOf } from "../../state/goods.js";
import { hashAt } from "../../state/quick.js";
import { completing } from "./completing.js";
import { isOpen } from "./lock.js";

const SIGNS = { order: "list", product: "bag", parcel: "send" };
const LONGEST_WORD = 6; // characters after a # that may still be meant to find something

/** `now()` gives `{state, session}`; of `id` there is one on the page. A note takes no `cards`. */
export function goods(box, actions, now, { id = "goods-list", cards = true } = {}) {
  const keys = h("span", { class: "muted" });
  const foot = h("div", { class: "completing-foot only-keys" }, keys);
  let words = null;

  const list = completing(box, {
    id, name: (w) => w("goodsNamed"), find: hashAt, foot,
    choices(query) {
      const { state, session } = now();
      const known = goodsKnown(state, session);
      const rows = goodsFitting(known, query, (kind) => words(`numbers.${kind}`))
        .flatMap((good) => waysOf(good, cards && isOpen(state, session) && goesAsCard(state, session, good)));
      if (rows.length || query.length > (known.length ? LONGEST_WORD : 0)) return { rows, empty: null };
      return { rows, empty: words(known.length ? "goodsNoneFits" : "goodsNone") };
    },
    make: makeRow,
    take({ good, card, says }, { start, end }) {
      box.replace(start, end, card ? "" : `${says} `);
      if (card) actions.writeCard(now().session.sessionId, { kind: good.kind, form: good.form });
    },
  });

  return {
    ...list,
    update(w) {
      words = w;
      set(keys, { text: w("quickKeys") });
      list.update(w);
    },
  };
}

/** A good as text, and as a card where it can be one. */
function waysOf(good, carded) {
  const text = { key: keyOf(good), good, card: false, says: inText(good, carded) };
  return carded ? [text, { ...text, key: `card/${keyOf(good)}`, card: true }] : [text];
}

function makeRow() {
  const sign = changingIcon("list");
  const main = h("span", { class: "quick-title" });
  const about = h("span", { class: "quick-content muted" });
  const what = h("span", { class: "goods-way muted" });
  const element = h("div", { class: "quick-row" }, sign.element, main, about, what);
  return {
    element,
    update({ good: { kind, number, form }, card, says }, query, w) {
      const more = [form.title, number].filter((each) => each && each !== says).join(" · ");
      sign.update(card ? "card" : SIGNS[kind]);
      set(element, { "data-card": card });
      set(main, { text: card ? w("sendOne", { kind: w(`types.${kind}`) }) : says });
      set(about, { text: card ? form.title || number : more });
      set(what, { text: w(`numbers.${kind}`), hidden: card });
    },
  };
}
