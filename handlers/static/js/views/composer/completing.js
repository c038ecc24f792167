/*
 * A list that opens at the caret while something is named after a mark: a quick reply after a slash, a colleague after
 * an @, an order after a #. Arrows and pages move, Enter and Tab take, Esc closes it and leaves what was typed; the focus
 * stays in the text. All that fits can be reached, but of many rows only those in view are made.
 */

import { each, h, set } from "../parts/dom.js";

const MARGIN = 6; // rows made above and below the view
const EDGE = 8; // px it keeps from the side
const STEPS = { ArrowDown: 1, ArrowUp: -1 };
const PAGES = { PageDown: 1, PageUp: -1 };

/**
 * `find(text, caret)` gives `{start, query}` or null, `choices(query)` `{rows, empty}` where each of `rows` has a `key`;
 * `make()` a row's view, `take(row, range)` what is done with it. `beside` is shown next to the list and told the row; a
 * `narrow` list takes no more room than names need.
 */
export function completing(box, { id, name, find, choices, make, take, beside = null, foot = null, narrow = false }) {
  const list = h("ul", { class: "completing-rows", role: "none" });
  const scroller = h("div", {
    class: "completing-list", role: "listbox", id, tabindex: 0, on: { scroll: () => !element.hidden && render() },
  }, list);
  const empty = h("p", { class: "completing-empty" });
  const element = h("div", {
    class: "completing", "data-narrow": narrow, hidden: true, on: { mousedown: (event) => event.preventDefault() },
  }, h("div", { class: "completing-main" }, scroller, empty, foot), beside?.element);
  box.element.append(element);
  let found = null;
  let rows = [];
  let active = 0;
  let height = 0; // of a row, px
  let left = null; // where Esc closed it
  let w = null;

  function look() {
    const { start, end } = box.caret;
    const focused = document.activeElement === box.field;
    const next = focused && start === end ? find(box.field.value, start) : null;
    if (next?.start !== left) left = null;
    const other = next?.start !== found?.start || next?.query !== found?.query;
    found = next && left === null ? next : null;
    if (other) active = 0;
    show(other);
  }

  /** With `moved` the chosen row is brought into view; without, she looks where she has scrolled to. */
  function show(moved = false) {
    const offer = found && w ? choices(found.query) : null;
    rows = offer?.rows ?? [];
    const open = rows.length > 0 || Boolean(offer?.empty);
    const opens = open && element.hidden;
    element.hidden = !open;
    active = Math.min(active, Math.max(0, rows.length - 1));
    tellField(open);
    if (!open) return;
    if (opens) height = parseFloat(getComputedStyle(list).getPropertyValue("--completing-row"));
    set(scroller, { "aria-label": name(w) });
    scroller.hidden = !rows.length;
    set(empty, { text: offer.empty ?? "", hidden: rows.length > 0 });
    set(element, { "data-empty": !rows.length });
    list.style.height = `${rows.length * height}px`;
    if (moved) bringIntoView();
    render();
    beside?.update(rows[active] ?? null, w);
    place();
  }

  /** The field has several lists, of which one at most is open. */
  function tellField(open) {
    const { field } = box;
    if (open) set(field, { "aria-controls": id, "aria-activedescendant": rows.length ? `${id}-${active}` : null });
    else if (field.getAttribute("aria-controls") === id) set(field, { "aria-controls": null, "aria-activedescendant": null });
  }

  /** The rows in view, and the chosen one wherever it is. */
  function render() {
    const first = Math.max(0, Math.floor(scroller.scrollTop / height) - MARGIN);
    const end = Math.min(rows.length, Math.ceil((scroller.scrollTop + scroller.clientHeight) / height) + MARGIN);
    const places = Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
    if (active < first && rows.length) places.unshift(active);
    if (active >= end && rows.length) places.push(active);
    const shown = places.map((place) => ({ row: rows[place], place, size: rows.length, chosen: place === active }));
    each(list, shown, ({ row }) => row.key, makeRow);
  }

  /** Above the line it belongs to, and within the box. */
  function place() {
    const { left: from, top } = box.placeOf(found.start);
    element.style.bottom = `${box.element.offsetHeight - Math.max(0, top) + EDGE}px`;
    element.style.left = `${Math.max(0, Math.min(from - EDGE, box.element.offsetWidth - element.offsetWidth))}px`;
  }

  function makeRow() {
    const view = make();
    let latest = null;
    const element = h("li", {
      role: "option",
      on: {
        click: () => choose(latest.row),
        mousemove: () => latest.place !== active && activate(latest.place),
      },
    }, view.element);
    return {
      element,
      update(item) {
        latest = item;
        const { place, size, chosen } = item;
        set(element, {
          id: `${id}-${place}`, "aria-selected": String(chosen), "aria-posinset": place + 1, "aria-setsize": size,
        });
        element.style.top = `${place * height}px`;
        view.update(item.row, found.query, w);
      },
    };
  }

  function bringIntoView() {
    const top = active * height;
    scroller.scrollTop = Math.min(top, Math.max(top + height - scroller.clientHeight, scroller.scrollTop));
  }

  function activate(place) {
    active = place;
    show(true);
  }

  function choose(row) {
    const range = { start: found.start, end: box.caret.end };
    found = null;
    element.hidden = true;
    take(row, range);
    look();
  }

  /** Where a key leads; undefined if nowhere. Arrows go round, pages do not. */
  function goal(key) {
    const size = rows.length;
    if (STEPS[key]) return (active + STEPS[key] + size) % size;
    if (!PAGES[key]) return undefined;
    const page = Math.max(1, Math.floor(scroller.clientHeight / height) - 1);
    return Math.max(0, Math.min(size - 1, active + PAGES[key] * page));
  }

  return {
    element, look,
    /** True if the key was for the list. */
    keyed({ key, shiftKey, ctrlKey, metaKey, altKey }) {
      if (element.hidden || shiftKey || ctrlKey || metaKey || altKey) return false;
      const to = rows.length ? goal(key) : undefined;
      if (to !== undefined) activate(to);
      else if ((key === "Enter" || key === "Tab") && rows.length) choose(rows[active]);
      else if (key === "Escape") leave();
      else return false;
      return true;
    },
    close: leave,
    /** Even where Esc closed it. */
    reopen() {
      left = null;
      look();
    },
    update(words) {
      w = words;
      if (found) show();
    },
  };

  function leave() {
    left = found?.start ?? null;
    found = null;
    show();
  }
}
