/*
 * The orders and products that can be put into a reply: those the panel shows, with what their cards and the platform
 * said of them, and what an order that was looked up consists of. Pure.
 *
 * A good is `{kind, number, form}`: `kind` is `order`, `product` or `parcel`, `form` what a card of it begins with.
 */

import { abilityOf, cardsTaken } from "./abilities.js";
import { begun, filled } from "./cards.js";
import { lookupKey } from "./lookups.js";
import { fit } from "./matching.js";
import { goodsNamed } from "./people.js";
import { threadOf } from "./threads.js";

const KINDS = { orders: "order", products: "product" };

/** All that is known of a session's, what was named last first; what an order consists of stands after it. */
export function goodsKnown(state, session) {
  const cards = cardsSaid(state, session);
  const goods = goodsNamed(state, session).flatMap((named) => {
    const kind = KINDS[named.what];
    const asked = state.lookups[lookupKey(named)];
    const found = asked?.phase === "ready" ? asked.found : null;
    const form = begun({ title: named.title, ...cards.get(keyOf({ kind, number: named.number })), number: named.number });
    return [{ kind, number: named.number, form: found ? filled(kind, form, found) : form }, ...partsOf(kind, found)];
  });
  return goods.filter((good, place) => goods.findIndex((other) => keyOf(other) === keyOf(good)) === place);
}

export const keyOf = ({ kind, number }) => `${kind}/${number}`;

/** What was bought with an order, and by which parcel it comes. */
function partsOf(kind, found) {
  if (kind !== "order" || !found) return [];
  const items = (found.items ?? []).filter(({ number }) => typeof number === "string" && number);
  return [
    ...(found.parcels ?? []).map((number) => ({ kind: "parcel", number, form: begun({ number }) })),
    ...items.map((item) => ({ kind: "product", number: item.number, form: begun(item) })),
  ];
}

/** The cards of the thread by kind and number, of several the last. */
function cardsSaid(state, { sessionId }) {
  return new Map(threadOf(state, sessionId).messages.filter(({ fields }) => typeof fields?.card?.number === "string")
    .map(({ msgType, fields: { card } }) => [keyOf({ kind: msgType, number: card.number }), card]));
}

/** Those that fit what was typed: by a piece of the number, such as its last digits, or by kind and title. */
export function goodsFitting(goods, query, nameOf) {
  return goods.map((good) => ({ good, rank: rankOf(good, query, nameOf) })).filter(({ rank }) => rank > 0)
    .sort((one, other) => other.rank - one.rank).map(({ good }) => good);
}

function rankOf({ kind, number, form }, query, nameOf) {
  if (!query) return 1;
  const low = number.toLowerCase();
  if (low.startsWith(query)) return 300;
  if (low.endsWith(query)) return 200;
  return low.includes(query) ? 150 : Math.max(fit(form.title, query), fit(nameOf(kind), query));
}

/** Whether it can be sent as a card here. */
export const goesAsCard = (state, session, { kind }) => cardsTaken(abilityOf(state, session)).includes(kind);

/** What stands for it in a text: a product's title, where no card can say it; otherwise its number. */
export const inText = (good, carded) => (good.kind === "product" && !carded && good.form.title) || good.number;
