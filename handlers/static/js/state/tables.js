/*
 * Tables of the state, id → something, and how an entry of one is changed: the table is copied, so that whoever has the
 * old one sees nothing of it. Pure, as seen from outside: an answer of a thousand rows would copy each table a thousand
 * times, so `inOneGo` copies them once, and its work writes into the copies, which nobody else has seen yet.
 */

const OURS = new WeakSet(); // copies whose `inOneGo` is not over

export function withEntry(table, id, value) {
  if (!OURS.has(table)) return { ...table, [id]: value };
  table[id] = value;
  return table;
}

export function withoutEntry(table, id) {
  if (!OURS.has(table)) {
    const { [id]: _, ...others } = table;
    return others;
  }
  delete table[id];
  return table;
}

/** What `work(state)` makes of a state whose tables of these names it may change as often as it likes. */
export function inOneGo(state, names, work) {
  const copies = Object.fromEntries(names.map((name) => [name, { ...state[name] }]));
  for (const copy of Object.values(copies)) OURS.add(copy);
  const next = work({ ...state, ...copies });
  for (const copy of Object.values(copies)) OURS.delete(copy);
  return next;
}
