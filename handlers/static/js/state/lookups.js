/*
 * Orders and products that were named in the open session, and what the platform says of them when asked. Pure.
 *
 * `state.lookups` holds them for the open session only, under `orders/{number}` and `products/{number}`: `{open, phase,
 * found, error}`, where `open` is the message below which it is shown.
 */

import { abilityOf } from "./abilities.js";

const NUMBER = /^[1-9][0-9]{0,17}$/; // what the server asks for
const MOST = 5; // numbers shown under one message
const OF_CARD = { product: "products", order: "orders" };

/** Whether a platform can be asked for it. */
export const isNumber = (number) => NUMBER.test(number);

/** What can be asked for about a message, as `{what, number, inWords}`; a card has its number on it. */
export function namedIn({ msgType, fields = {} }, state, session) {
  const orders = Array.isArray(fields.orders)
    ? fields.orders.map((number) => ({ what: "orders", number, inWords: true })) : [];
  const what = OF_CARD[msgType];
  const ofCard = what && abilityOf(state, session).looksUp ? [{ what, number: fields.card?.number }] : [];
  return [...orders, ...ofCard].filter(({ number }) => isNumber(number)).slice(0, MOST);
}

/** Whether the platform can be asked for this one: an order in words was found by who looks it up. */
export const mayLookUp = (state, session, { number }) => isNumber(number) && abilityOf(state, session).looksUp;

export const lookupKey = ({ what, number }) => `${what}/${number}`;

export const LOOKUP_REDUCERS = {
  lookup: (state, { key, id, type, ...change }) => (id === state.selected
    ? { ...state, lookups: { ...state.lookups, [key]: { ...state.lookups[key], ...change } } } : state),
};
