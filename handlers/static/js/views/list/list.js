/*
 * The list pane: tabs with counts, channel filter, rows, and what stands there while there are none.
 *
 * Rows do not move under the pointer or the keyboard: meanwhile the order is held, and a chip says how much waits. What
 * the agent does herself, she sees at once.
 */

import { each, h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { CHANNELS, TABS, heldOrder, shownList, tabCounts, unreadOfMine } from "../../state/sessions.js";
import { outOfDateSince } from "../../state/state.js";
import { words } from "../../texts/texts.js";
import { row } from "./row.js";

const NEAR_END = 200; // px before the end at which the next page is asked for
const SKELETONS = 8;

export function mount(element, actions) {
  const tabs = tabBar(actions);
  const chips = channelBar(actions);
  const updates = h("button", { type: "button", class: "updates", hidden: true, on: { click: letGo } });
  const rows = h("ul", { class: "rows" });
  const skeleton = h("div", { class: "skeletons", "aria-hidden": "true" },
    ...Array.from({ length: SKELETONS }, () => h("div", { class: "skeleton-row" }, h("i"), h("b"), h("s"))));
  const error = errorCard(actions);
  const empty = emptyCard(actions);
  const end = h("p", { class: "list-end muted" });
  const scroller = h("div", {
    class: "list-scroller", id: "list-panel", role: "tabpanel", on: { scroll: scrolled, keydown: moveFocus },
  }, error.element, rows, skeleton, empty.element, end);
  const asOf = h("p", { class: "as-of", hidden: true });
  element.append(tabs.element, h("div", { class: "list-tools" }, chips.element, updates), asOf, scroller);

  let held = null; // {ids, loading}: the order while somebody is in it, once it was loaded
  let shown = []; // ids as they stand
  let views = new Map(); // rows by id
  let more = false;
  let latest = null;

  scroller.addEventListener("pointerenter", ({ pointerType }) => pointerType === "mouse" && hold());
  scroller.addEventListener("pointerleave", release);
  scroller.addEventListener("focusin", ({ target }) => target.matches(":focus-visible") && hold());
  scroller.addEventListener("focusout", ({ relatedTarget }) => !scroller.contains(relatedTarget) && release());

  const nameOf = (state) => [state.tab, ...state.channels].join();

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
    scroller.scrollTop = 0;
    update(latest);
  }

  function scrolled() {
    nearEnd();
    showInView();
  }

  /** Clocks run where they are seen; a thousand rows each second would be felt. All rows are of one height. */
  function showInView() {
    const since = outOfDateSince(latest);
    const w = words(latest.prefs.lang);
    set(asOf, { hidden: !since, text: since ? w("asOf", { time: w.time(since) }) : "" });
    const height = rows.firstElementChild?.offsetHeight;
    if (!height) return; // a phone shows the thread
    const above = scroller.scrollTop - (rows.offsetTop - scroller.offsetTop);
    const first = Math.max(0, Math.floor(above / height));
    const last = Math.ceil((above + scroller.clientHeight) / height);
    for (const id of shown.slice(first, last)) views.get(id)?.tick(latest);
  }

  function nearEnd() {
    const left = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    if (more && left < NEAR_END) actions.more();
  }

  function moveFocus(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const links = [...rows.querySelectorAll(".row-link")];
    const place = links.indexOf(document.activeElement);
    if (!step || event.altKey || place < 0) return;
    event.preventDefault();
    links[place + step]?.focus();
  }

  function update(state) {
    const before = latest;
    latest = state;
    if (!state.me) return;
    if (before && onlyTicked(before, state)) {
      showInView();
      return;
    }
    const turned = before && nameOf(before) !== nameOf(state);
    if (turned) scroller.scrollTop = 0;
    const w = words(state.prefs.lang);
    const counts = tabCounts(state);
    const list = shownList(state);
    if (turned || (held && takes(before, state))) {
      held = scroller.matches(":hover") ? { ids: list.ids, loading: true } : null;
    }
    if (held?.loading) held = { ids: list.ids, loading: list.loading };
    const order = held ? heldOrder(held.ids, list.ids) : { ids: list.ids, updates: 0 };
    if (held) held.ids = order.ids;
    shown = order.ids.filter((id) => state.sessions[id]);
    more = list.more;

    tabs.update(state, counts, w);
    chips.update(state, w);
    set(element, { "aria-label": w("sessions") });
    set(scroller, { "aria-labelledby": `tab-${state.tab}` });
    set(updates, { hidden: !order.updates, text: w("updates", { n: order.updates }) });
    const stop = shown.includes(state.selected) ? state.selected : shown[0]; // where Tab comes in; then arrows
    const listed = new Set(list.ids);
    const items = shown.map((id) => ({ id, state, w, stop: id === stop, gone: !listed.has(id) }));
    views = each(rows, items, ({ id }) => id, ({ id }) => row(id, actions));
    skeleton.hidden = !list.loading || shown.length > 0;
    error.update(list.error, w);
    empty.update(!list.loading && !list.error && shown.length === 0, state, counts, w);
    end.hidden = shown.length === 0;
    set(end, { text: list.more || list.loading ? w("loading") : w("noMore") });
    showInView();
    if (list.more && !list.loading) nearEnd();
  }

  return { update, ids: () => shown };
}

const onlyTicked = (before, state) =>
  Object.keys(state).every((name) => name === "now" || state[name] === before[name]);

const TAKING = ["accept", "takeover"];

/** Whether she took a session just now. */
const takes = (before, { acts }) =>
  acts !== before.acts && Object.keys(acts).some((id) => !before.acts[id] && TAKING.includes(acts[id]));

function tabBar(actions) {
  const element = h("div", { class: "tabs", role: "tablist", on: { keydown: move } });
  let previous = 0;

  function move(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || event.altKey) return;
    const all = [...element.children];
    const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
    next.focus();
    next.click();
  }

  function make(tab) {
    const label = h("span");
    const unread = tab === "mine" ? h("span", { class: "badge" }) : null;
    const count = h("span", { class: "tab-count", on: { animationend: () => set(count, { "data-grew": false }) } });
    const element = h("button", {
      type: "button", role: "tab", id: `tab-${tab}`, "aria-controls": "list-panel", class: "tab", "data-tab": tab,
      on: { click: () => actions.tab(tab) },
    }, label, h("span", { class: "tab-numbers" }, count, unread));
    return {
      element,
      update: ({ state, counts, w }) => {
        const on = state.tab === tab;
        set(element, { "aria-selected": String(on), tabindex: on ? 0 : -1 });
        set(label, { text: w(`tabs.${tab}`) });
        set(count, { text: counts[tab] > 999 ? "999+" : String(counts[tab] || ""), hidden: !counts[tab] });
        if (unread) {
          const n = unreadOfMine(state);
          set(unread, { hidden: !n, text: n > 99 ? "99+" : String(n || ""), "aria-label": w("unread", { n }) });
        }
        if (tab === "pending") {
          if (counts.pending > previous) set(count, { "data-grew": true });
          previous = counts.pending ?? previous;
        }
      },
    };
  }

  return {
    element,
    update(state, counts, w) {
      set(element, { "aria-label": w("sessions") });
      each(element, TABS.map((tab) => ({ tab, state, counts, w })), ({ tab }) => tab, ({ tab }) => make(tab));
    },
  };
}

function channelBar(actions) {
  const element = h("div", { class: "chips", role: "group" });
  const make = (channel) => {
    const label = h("span");
    const element = h("button", { type: "button", class: "chip", on: { click: () => actions.channel(channel) } },
      h("span", { class: "chip-dot", "data-channel": channel }), label);
    return {
      element,
      update({ state, w }) {
        set(label, { text: w(`channels.${channel}`) });
        set(element, { "aria-pressed": String(state.channels.includes(channel)) });
      },
    };
  };
  return {
    element,
    update(state, w) {
      set(element, { "aria-label": w("filterChannels") });
      const items = CHANNELS.map((channel) => ({ channel, state, w }));
      each(element, items, ({ channel }) => channel, ({ channel }) => make(channel));
    },
  };
}

function errorCard(actions) {
  const text = h("span");
  const button = h("button", { type: "button", on: { click: actions.retryList } });
  const element = h("div", { class: "card-error", role: "alert", hidden: true }, icon("warn"), text, button);
  return {
    element,
    update(error, w) {
      element.hidden = !error;
      set(text, { text: error?.message || (error ? w("loadFailed") : "") });
      set(button, { text: w("retry") });
    },
  };
}

/** Why there is nothing, and what to do next. */
function emptyCard(actions) {
  const title = h("p", { class: "empty-title" });
  const hint = h("p", { class: "muted" });
  const button = h("button", { type: "button", class: "primary", on: { click: () => act() } });
  const element = h("div", { class: "empty", hidden: true }, icon("inbox"), title, hint, button);
  let act = () => {};
  return {
    element,
    update(on, { tab, channels }, { pending = 0 }, w) {
      element.hidden = !on;
      const filtered = channels.length > 0;
      const waiting = !filtered && tab === "mine" && pending > 0;
      set(title, { text: w(filtered ? "filtered" : `empties.${tab}`) });
      set(hint, { text: filtered ? "" : waiting ? w("stillWaiting", { n: pending }) : w(`emptyHints.${tab}`) });
      set(button, { hidden: !filtered && !waiting, text: w(filtered ? "clearFilter" : "acceptNext") });
      act = filtered ? actions.allChannels : actions.acceptNext;
    },
  };
}
