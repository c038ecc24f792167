/*
 * What agents keep of a customer by name: 尺码 XL, 收货城市 杭州. Pure.
 *
 * A change is `{name, value}`; an empty value takes the name away. What is on its way lies in `saving.attributes` of her
 * person (`people.js`), and is shown as if it were done.
 */

import { personOf } from "./people.js";

export const LONGEST_NAME = 20; // characters, as the server takes them
export const LONGEST_VALUE = 100;
export const MOST_ATTRIBUTES = 20;

/** What is on its way, with further changes: the last one of a name counts. */
export const withChanges = (pending, changes) =>
  [...pending.filter(({ name }) => !changes.some((change) => change.name === name)), ...changes];

export const pendingOf = (state, id) => personOf(state, id).saving.attributes ?? [];

/** Hers in the order in which they came: `{name, value}`. */
export function attributesOf(state, id) {
  const known = new Map((personOf(state, id).customer?.attributes ?? []).map(({ name, value }) => [name, value]));
  for (const { name, value } of pendingOf(state, id)) known.set(name, value);
  return [...known].filter(([, value]) => value).map(([name, value]) => ({ name, value }));
}

/** The usual names that she has not yet and that go on as typed. */
export const namesToOffer = ({ attributes }, known, typed) => attributes.filter(
  (name) => name.toLowerCase().includes(typed.trim().toLowerCase()) && !known.some((each) => each.name === name),
);

/** What is wrong with a further one, as a key; null if nothing is. */
export const faultOfAttribute = (name, known) =>
  (known.length >= MOST_ATTRIBUTES && !known.some((each) => each.name === name.trim()) ? "attributesMany" : null);
