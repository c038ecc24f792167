/*
 * The list pane: tabs with counts, what narrows and orders it, rows, and what stands there while there are none.
 *
 * Rows do not move under the pointer or the keyboard: meanwhile the order is held, and a chip says how much waits. The
 * session that is open keeps its place on the screen, and the others move around it. What the agent does herself, she
 * sees at once.
 */

import { h, set } from "../parts/dom.js";
import { shownList } from "../../state/lists.js";
import { tabCounts } from "../../state/sessions.js";
import { outOfDateSince } from "../../state/state.js";
import { heldOrder, pinnedOrder } from "../../state/urgency.js";
import { words } from "../../texts/texts.js";
import { bulkBar } from "./bulk.js";
import { emptyCard, errorCard } from "./empty.js";
import { filterBar } from "./filters.js";
import { rowList } from "./rows.js";
import { rowMenu } from "./rowmenu.js";
import { tabBar } from "./tabs.js";

const NEAR_END = 200; // px before the end at which the next page is asked for
const SKELETONS = 8;

export function mount(element, actions) {
  const tabs = tabBar(actions);
  const filters = filterBar(actions);
  const bulk = bulkBar(actions);
  const updates = h("button", { type: "button", class: "updates", hidden: true, on: { click: letGo } });
  const skeleton = h("div", { class: "skeletons", "aria-hidden": "true" },
    ...Array.from({ length: SKELETONS }, () => h("div", { class: "skeleton-row" }, h("i"), h("b"), h("s"))));
  const error = errorCard(actions);
  const empty = emptyCard(actions);
  const end = h("p", { class: "list-end muted" });
  const scroller = h("div", { class: "list-scroller", id: "list-panel", role: "tabpanel" });
  const menu = rowMenu(actions, (id) => shown.includes(id) && rows.focus(id));
  const rows = rowList(scroller, actions, { onMenu: menu.open, onTick: ticked });
  const asOf = h("p", { class: "as-of", hidden: true });
  scroller.append(error.element, rows.element, skeleton, empty.element, end);
  const tools = h("div", { class: "list-tools" }, filters.chips, updates);
  element.append(tabs.element, filters.element, tools, asOf, scroller, bulk.element, menu.element);

  let held = null; // {ids, loading}: the order while somebody is in it, once it was loaded
  let shown = []; // ids as they stand
  let settled = false; // whether all of what stands was loaded
  let more = false;
  let latest = null;
  let lastTicked = null;

  scroller.addEventListener("scroll", scrolled, { passive: true });
  scroller.addEventListener("pointerenter", ({ pointerType }) => pointerType === "mouse" && hold());
  scroller.addEventListener("pointerleave", release);
  scroller.addEventListener("focusin", ({ target }) => target.matches(":focus-visible") && hold());
  scroller.addEventListener("focusout", ({ relatedTarget }) => !scroller.contains(relatedTarget) && release());

  function hold() {
    if (latest) held ??= { ids: shown, loading: false };
  }

  function release() {
    const inside = scroller.matches(":hover") || scroller.querySelector(":focus-visible");
    if (!held || inside) return;
    held = null;
    update(latest);
  }

  function letGo() {
    held = null;
    settled = false; // the open one goes where it belongs, too
    scroller.scrollTop = 0;
    update(latest);
  }

  function scrolled() {
    if (!latest?.me) return;
    nearEnd();
    rows.scrolled();
  }

  function nearEnd() {
    const left = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    if (more && left < NEAR_END) actions.more();
  }

  /** With Shift, all from the last one on. */
  function ticked(id, on, isRange) {
    const [from, to] = [shown.indexOf(lastTicked), shown.indexOf(id)].sort((one, other) => one - other);
    actions.check(isRange && from >= 0 ? shown.slice(from, to + 1) : [id], on);
    lastTicked = id;
  }

  function orderOf(state, before, ids, afresh) {
    if (held) {
      const order = heldOrder(held.ids, ids);
      held.ids = order.ids;
      return order;
    }
    const pinned = settled && !afresh && before?.selected === state.selected;
    return { ids: pinned ? pinnedOrder(ids, state.selected, shown.indexOf(state.selected)) : ids, updates: 0 };
  }

  function showAge(state, w) {
    const since = outOfDateSince(state);
    set(asOf, { hidden: !since, text: since ? w("asOf", { time: w.time(since), age: w.span(state.now - since) }) : "" });
    set(element, { "data-stale": Boolean(since) });
  }

  function update(state) {
    const before = latest;
    latest = state;
    if (!state.me) return;
    const w = words(state.prefs.lang);
    if (before && !concerns(before, state)) {
      showAge(state, w);
      rows.tick(state);
      return;
    }
    const turned = before && isTurned(before, state);
    if (turned) scroller.scrollTop = 0;
    rows.look();
    const counts = tabCounts(state);
    const list = shownList(state);
    const afresh = turned || takes(before, state);
    if (turned || (held && afresh)) held = scroller.matches(":hover") ? { ids: list.ids, loading: true } : null;
    if (held?.loading) held = { ids: list.ids, loading: list.loading };
    const order = orderOf(state, before, list.ids, afresh);
    shown = order.ids.filter((id) => state.sessions[id]);
    settled = !list.loading;
    more = list.more;

    tabs.update(state, counts, w);
    filters.update(state, w);
    showAge(state, w);
    set(element, { "aria-label": w("sessions"), "data-checking": Object.keys(state.checked).length > 0 });
    set(scroller, { "aria-labelledby": `tab-${state.tab}` });
    set(updates, { hidden: !order.updates, text: w("updates", { n: order.updates }) });
    rows.update(state, shown, new Set(list.ids), w);
    bulk.update(state, shown, w);
    menu.update(state);
    skeleton.hidden = !list.loading || shown.length > 0;
    error.update(list.error, w);
    empty.update(!list.loading && !list.error && shown.length === 0, state, counts, w);
    end.hidden = shown.length === 0;
    set(end, { text: list.more || list.loading ? w("loading") : w("noMore") });
    if (list.more && !list.loading) nearEnd();
  }

  return { update, ids: () => shown };
}

/** What of the state the list does not show, beside the time, which `tick` brings to the rows in view. */
const ELSEWHERE = new Set([
  "now", "earlier", "notes", "noting", "people", "logs", "handoffs", "lookups", "helps", "helped", "jump", "place", "toasts",
]);

function concerns(before, state) {
  return Object.keys(state).some((name) => state[name] !== before[name] && !ELSEWHERE.has(name))
    || (state.now !== before.now && state.filters.overdue);
}

const isTurned = (before, { tab, channels, filters }) =>
  before.tab !== tab || before.channels !== channels || before.filters !== filters;

const TAKING = ["accept", "takeover"];

/** Whether she took a session just now. */
const takes = (before, { acts }) => Boolean(before)
  && acts !== before.acts && Object.keys(acts).some((id) => !before.acts[id] && TAKING.includes(acts[id]));
