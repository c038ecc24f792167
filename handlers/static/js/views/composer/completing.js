/*
 * A list that opens at the caret while something is named after a mark: a quick reply after a slash, a colleague after
 * an @. Arrows move, Enter and Tab take, Esc closes it and leaves what was typed; the focus stays in the text.
 */

import { each, h, set } from "../parts/dom.js";

const AT_ONCE = 12; // rows that are made; more are reached by typing on
const EDGE = 8; // px it keeps from the side

/**
 * `find(text, caret)` gives `{start, query}` or null, `choices(query)` `{rows, empty}` where each of `rows` has a `key`;
 * `make()` a row's view, `take(row, range)` what is done with it. `beside` is shown next to the list and told the row.
 */
export function completing(box, { id, name, find, choices, make, take, beside = null, foot = null }) {
  const list = h("ul", { class: "completing-list", role: "listbox", id });
  const empty = h("p", { class: "completing-empty" });
  const element = h("div", { class: "completing", hidden: true, on: { mousedown: (event) => event.preventDefault() } },
    h("div", { class: "completing-main" }, list, empty, foot), beside?.element);
  box.element.append(element);
  let found = null;
  let rows = [];
  let active = 0;
  let left = null; // where Esc closed it
  let w = null;

  function look() {
    const { start, end } = box.caret;
    const focused = document.activeElement === box.field;
    const next = focused && start === end ? find(box.field.value, start) : null;
    if (next?.start !== left) left = null;
    if (next?.start !== found?.start || next?.query !== found?.query) active = 0;
    found = next && left === null ? next : null;
    show();
  }

  function show() {
    const offer = found && w ? choices(found.query) : null;
    rows = offer?.rows.slice(0, AT_ONCE) ?? [];
    const open = rows.length > 0 || Boolean(offer?.empty);
    element.hidden = !open;
    active = Math.min(active, Math.max(0, rows.length - 1));
    set(box.field, {
      "aria-controls": open ? id : null, "aria-activedescendant": open && rows.length ? `${id}-${active}` : null,
    });
    if (!open) return;
    set(list, { "aria-label": name(w), hidden: !rows.length });
    set(empty, { text: offer.empty ?? "", hidden: rows.length > 0 });
    set(element, { "data-empty": !rows.length });
    each(list, rows.map((row, place) => ({ row, place, chosen: place === active })), ({ row }) => row.key, makeRow);
    list.children[active]?.scrollIntoView({ block: "nearest" });
    beside?.update(rows[active] ?? null, w);
    place();
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
        set(element, { id: `${id}-${item.place}`, "aria-selected": String(item.chosen) });
        view.update(item.row, found.query, w);
      },
    };
  }

  function activate(place) {
    active = place;
    show();
  }

  function choose(row) {
    const range = { start: found.start, end: box.caret.end };
    found = null;
    element.hidden = true;
    take(row, range);
    look();
  }

  return {
    element, look,
    get isOpen() {
      return !element.hidden;
    },
    /** True if the key was for the list. */
    keyed({ key, shiftKey, ctrlKey, metaKey, altKey }) {
      if (element.hidden || shiftKey || ctrlKey || metaKey || altKey) return false;
      const step = { ArrowDown: 1, ArrowUp: -1 }[key];
      if (step && rows.length) activate((active + step + rows.length) % rows.length);
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
