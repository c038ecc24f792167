/*
 * The rows themselves. All are of one height and stand where their place puts them, so of many only those in view are
 * there, with a margin: scrolling and two thousand sessions cost what thirty do. What a screen reader is told of place and
 * number (`aria-posinset`, `aria-setsize`) is of the whole list, and keys go through the whole of it.
 */

import { each, h, set } from "../parts/dom.js";
import { listQuery } from "../../state/address.js";
import { row } from "./row.js";

const ALL_UP_TO = 200; // rows that are simply all there, so that the browser's own search finds them
const MARGIN = 10; // rows above and below the view
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

/** `onMenu(id, x, y)` is told where a menu is asked for, `onTick(id, on, isRange)` which box was ticked. */
export function rowList(scroller, actions, { onMenu, onTick }) {
  const element = h("ul", { class: "rows", on: { keydown, contextmenu, focusin, focusout } });
  let views = new Map(); // by id
  let latest = null; // {state, ids, listed, w}
  let height = 0;
  let density = null;
  let focused = null;
  let span = [0, 0]; // of the rows that are there
  let view = { above: 0, tall: 0 }; // what of the list was in view when it was looked at, px
  new ResizeObserver(() => latest && scrolled()).observe(scroller);

  /** Before anything else is changed in this frame, or the browser has to lay out the page for the answer. */
  function look() {
    view = { above: scroller.scrollTop - element.offsetTop, tall: scroller.clientHeight };
  }

  /** The places from the first to the last row in view; of no height, as beside a thread on a phone, none is. */
  function inView() {
    const first = Math.max(0, Math.floor(view.above / height));
    return [first, Math.max(first, Math.ceil((view.above + view.tall) / height))];
  }

  function spanOf(size) {
    if (size <= ALL_UP_TO) return [0, size];
    const [first, last] = inView();
    return [Math.max(0, Math.min(first, size) - MARGIN), Math.min(size, last + MARGIN)];
  }

  function update(state, ids, listed, w) {
    measure(state);
    const shorter = latest && ids.length < latest.ids.length;
    latest = { state, ids, listed, w };
    element.style.height = `${ids.length * height}px`;
    if (shorter) look(); // what was in view may be beyond the end
    if (focused && !ids.includes(focused)) focused = null;
    render(spanOf(ids.length));
  }

  function measure({ prefs }) {
    if (prefs.density === density) return;
    density = prefs.density;
    height = parseFloat(getComputedStyle(element).getPropertyValue("--row"));
  }

  function render(wanted) {
    span = wanted;
    const { state, ids, listed, w } = latest;
    const stop = focused ?? (listed.has(state.selected) && ids.includes(state.selected) ? state.selected : ids[0]);
    const query = listQuery(state);
    const places = Array.from({ length: span[1] - span[0] }, (_, index) => span[0] + index);
    const beside = stop === undefined ? -1 : ids.indexOf(stop); // where Tab comes in has to be there
    if (beside >= 0 && beside < span[0]) places.unshift(beside);
    if (beside >= span[1]) places.push(beside);
    const items = places.map((place) => ({
      id: ids[place], state, w, stop: place === beside, gone: !listed.has(ids[place]),
      query, place: place + 1, size: ids.length, top: `${place * height}px`,
    }));
    views = each(element, items, ({ id }) => id, ({ id }) => row(id, actions, { tick: onTick }));
    tick(state);
  }

  /** Clocks run where they are seen; a thousand rows each second would be felt. */
  function tick(state) {
    const [first, last] = inView();
    for (const id of latest.ids.slice(first, last)) views.get(id)?.tick(state);
  }

  function scrolled() {
    look();
    const wanted = spanOf(latest.ids.length);
    if (wanted[0] !== span[0] || wanted[1] !== span[1]) render(wanted);
    else tick(latest.state);
  }

  function focus(place) {
    const id = latest.ids[place];
    if (id === undefined) return;
    focused = id;
    const top = element.offsetTop + place * height;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + height > scroller.scrollTop + scroller.clientHeight) {
      scroller.scrollTop = top + height - scroller.clientHeight;
    }
    look();
    render(spanOf(latest.ids.length));
    views.get(id).link.focus({ preventScroll: true });
  }

  function keydown(event) {
    const id = idOf(event.target);
    if (!id || event.altKey || event.ctrlKey || event.metaKey) return;
    const place = latest.ids.indexOf(id);
    const page = Math.max(1, Math.floor(scroller.clientHeight / height) - 1);
    const to = {
      Home: 0, End: latest.ids.length - 1, PageDown: Math.min(place + page, latest.ids.length - 1),
      PageUp: Math.max(0, place - page),
    }[event.key] ?? place + (STEPS[event.key] ?? NaN);
    if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) {
      const { left, top } = views.get(id).link.getBoundingClientRect();
      onMenu(id, left + height, top + height / 2);
    } else if (event.key === " " && event.target === views.get(id).link) {
      onTick(id, !latest.state.checked[id], event.shiftKey);
    } else if (!Number.isNaN(to)) {
      focus(to);
    } else {
      return;
    }
    event.preventDefault();
  }

  function contextmenu(event) {
    const id = idOf(event.target);
    if (!id) return;
    event.preventDefault();
    if (event.button === 2) onMenu(id, event.clientX, event.clientY); // by a key it was opened already
  }

  function focusin({ target }) {
    focused = idOf(target);
  }

  function focusout({ relatedTarget }) {
    if (!element.contains(relatedTarget)) focused = null;
  }

  return { element, look, update, scrolled, tick, focus: (id) => focus(latest.ids.indexOf(id)) };
}

const idOf = (target) => target.closest(".row")?.dataset.session ?? null;
