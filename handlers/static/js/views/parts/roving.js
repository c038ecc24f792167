/*
 * Arrow keys among buttons that lie below one another, or in rows of `columns`: the focus moves, Home and End lead to the
 * first and the last. A list goes round at its ends; in a grid, where one seeks by eye, the ends are ends.
 */

/** A listener for `keydown`. `choices()` are the buttons, `leave()` is what the keys in `leaves` do. */
export function roving(choices, { columns = 1, leave, leaves = ["Escape"] }) {
  return function keydown(event) {
    const all = choices();
    const to = goal(event.key, all.indexOf(document.activeElement), all.length, columns);
    if (to !== undefined) all[to]?.focus();
    else if (leaves.includes(event.key)) leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}

/** Where a key leads from a place; undefined if nowhere. */
export function goal(key, at, size, columns) {
  const aside = columns > 1 ? { ArrowRight: at + 1, ArrowLeft: at - 1 } : {};
  const to = { ArrowDown: at + columns, ArrowUp: at - columns, Home: 0, End: size - 1, ...aside }[key];
  if (to === undefined || !size) return to;
  return columns > 1 ? Math.max(0, Math.min(size - 1, to)) : (to + size) % size;
}
