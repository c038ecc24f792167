/*
 * The search among everything, over the list: the field keeps the focus, arrows move along what was found, Enter opens
 * it, and the panel stays for the next one. On a narrow page what is opened takes its place.
 */

import { agentName, customerName, serverNow } from "../../state/state.js";
import { EVERYTHING, activeOf, grouped, indexing, isNarrowed, keyOf, pieces, restOf } from "../../state/searching.js";
import { words } from "../../texts/texts.js";
import { avatar } from "../parts/avatar.js";
import { each, h, set, whenChanged } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { narrowedTo, narrowing } from "./narrowing.js";

const NEAR_END = 200; // px before the end at which the next page is asked for
const NARROW = matchMedia("(max-width: 959px)");
const KEY_OF_INPUT_METHOD = 229;

export function mount(list, actions) {
  const input = h("input", {
    type: "search", id: "search-text", role: "combobox", autocomplete: "off", spellcheck: "false", maxlength: 200,
    "aria-controls": "search-hits", "aria-expanded": "true", "aria-autocomplete": "list",
    on: { input: () => actions.searchText(input.value), keydown: pressed },
  });
  const close = h("button", { type: "button", class: "icon-button", on: { click: actions.closeSearch } }, icon("close"));
  const count = h("span", { class: "search-count muted", role: "status" });
  const narrow = narrowing(actions, count);
  const behindText = h("span");
  const behind = h("p", { class: "search-behind", role: "status" }, icon("clock"), behindText);
  const errorText = h("span");
  const again = h("button", { type: "button", on: { click: actions.searchAgain } });
  const error = h("div", { class: "card-error", role: "alert" }, icon("warn"), errorText, again);
  const skeleton = h("div", { class: "search-skeleton", "aria-hidden": "true" },
    ...Array.from({ length: 5 }, () => h("div", { class: "skeleton-row" }, h("i"), h("b"), h("s"))));
  const groups = h("div", { id: "search-hits", role: "listbox" });
  const more = h("button", { type: "button", class: "quiet search-more", on: { click: actions.searchMore } });
  const idle = idleCard(actions);
  const none = noneCard(actions);
  const scroller = h("div", { class: "search-scroller", on: { scroll: scrolled } },
    idle.element, none.element, error, skeleton, groups, more);
  const element = h("section", { class: "search", role: "search", hidden: true, on: { keydown: leave } },
    h("div", { class: "search-head" }, h("label", { class: "search-field" }, icon("search"), input), close),
    h("div", { class: "search-tools" }, narrow.element), behind, scroller);
  list.append(element);
  let focused = 0;
  let hits = 0;
  let latest = null;

  function pressed(event) {
    if (event.isComposing || event.keyCode === KEY_OF_INPUT_METHOD) return;
    const act = {
      ArrowDown: () => actions.searchStep(1), ArrowUp: () => actions.searchStep(-1), Enter: opened,
    }[event.key];
    if (!act || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    act();
  }

  function leave(event) {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    actions.closeSearch();
  }

  function opened() {
    actions.openActive();
    if (NARROW.matches && hits) actions.closeSearch();
  }

  function scrolled() {
    const left = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    if (left < NEAR_END) actions.searchMore();
  }

  const show = whenChanged((searching, lang, me, agents, day) => {
    const w = words(lang);
    const { phase, text, open } = searching;
    element.hidden = !open;
    document.body.toggleAttribute("data-searching", open);
    if (!open) return;
    hits = searching.hits.length;
    label(w);
    set(input, { value: text, "aria-activedescendant": hits ? `found-${activeOf(searching)}` : null });
    narrow.update(latest, w);
    const empty = phase === "ready" && !hits;
    set(count, { text: hits ? w(searching.cursor ? "searching.foundMore" : "searching.found", { n: hits }) : "" });
    const left = text.trim() ? indexing(searching) : 0;
    behind.hidden = !left;
    set(behindText, { text: left ? w("searching.indexing", { n: left }) : "" });
    error.hidden = phase !== "failed";
    set(errorText, { text: searching.error ?? "" });
    skeleton.hidden = phase !== "loading" || hits > 0;
    set(groups, { "aria-busy": String(phase === "loading"), "aria-label": w("searching.title") });
    idle.update(phase === "idle" ? searching : null, w);
    none.update(empty ? latest : null, w);
    set(more, { hidden: !searching.cursor || phase === "failed", text: w(phase === "more" ? "loading" : "searching.more") });
    const active = activeOf(searching);
    const items = grouped(searching.hits).map((group) => ({ ...group, active, w, me, agents, now: day }));
    each(groups, items, ({ session }) => session.sessionId, ({ session }) => group(session.sessionId, actions, opened));
    const shown = element.querySelector("[aria-selected='true']");
    if (searching.active) shown?.scrollIntoView({ block: "nearest" });
  });

  function label(w) {
    set(element, { "aria-label": w("searching.title") });
    set(input, { placeholder: w("searching.prompt"), "aria-label": w("searching.title") });
    set(close, { "aria-label": w("searching.close"), title: w("searching.close") });
    set(again, { text: w("retry") });
  }

  return {
    update(state) {
      if (!state.me) {
        element.hidden = true;
        return;
      }
      const { searching } = state;
      const minute = Math.floor(serverNow(state) / 60_000) * 60_000;
      latest = state;
      show(searching, state.prefs.lang, state.me, state.agents, searching.open ? minute : 0, state.offered, state.tags);
      if (searching.open && searching.focus !== focused) {
        focused = searching.focus;
        input.focus();
        input.select();
      }
    },
  };
}

/** A session, and what was found in it. */
function group(id, actions, opened) {
  const face = avatar();
  const name = h("span", { class: "group-name" });
  const where = h("span", { class: "group-where muted" });
  const hits = h("div", { class: "group-hits" });
  const rest = h("div", { class: "hit group-more", role: "option", on: { click: () => actions.openHits(id) } });
  const element = h("div", { class: "group", role: "group" },
    h("div", { class: "group-head" }, face.element, name, where), hits, rest);
  return {
    element,
    update({ session, hits: found, more, active, w, me, agents, now }) {
      const who = session.customerRemark || customerName(session);
      face.update(who, session, w);
      set(element, { "aria-label": who });
      set(name, { text: who });
      set(where, { text: whereabouts(session, w, me, agents) });
      const key = restOf(session);
      set(rest, {
        id: `found-${key}`, hidden: !more, text: w("searching.inSession", { n: more }),
        "aria-selected": String(active === key),
      });
      const items = found.map((each) => ({ hit: each, active, w, me, agents, now }));
      each(hits, items, ({ hit }) => keyOf(hit), ({ hit }) => line(hit, actions, opened));
    },
  };
}

/** One message, or note. */
function line(first, actions, opened) {
  const by = h("span", { class: "hit-by" });
  const text = h("span", { class: "hit-text" });
  const time = h("time", { class: "hit-time muted" });
  const element = h("div", {
    class: "hit", role: "option", id: `found-${keyOf(first)}`, on: { click: () => pick() },
  }, h("span", { class: "hit-line" }, by, text), time);
  let pick = () => {};
  const write = whenChanged((hit) => {
    text.replaceChildren(...pieces(hit.snippet, hit.ranges).map(
      (piece) => (piece.hit ? h("mark", { text: piece.text }) : document.createTextNode(piece.text)),
    ));
  });
  return {
    element,
    update({ hit, active, w, me, agents, now }) {
      const said = hit.message ?? hit.note;
      const at = Date.parse(said.createdAt);
      write(hit);
      set(by, { text: speaker(hit, w, me, agents) });
      set(time, { text: w.brief(at, now), datetime: said.createdAt, title: w.full(at) });
      set(element, { "aria-selected": String(keyOf(hit) === active), "data-note": Boolean(hit.note) });
      pick = () => {
        actions.openHit(hit);
        if (NARROW.matches) actions.closeSearch();
      };
    },
  };
}

function speaker({ message, note }, w, me, agents) {
  const agent = (csId) => (csId === me.csId ? w("prefixMe") : w("prefixAgent", { name: agentName({ agents, me }, csId) }));
  if (note) return `${w("searching.note")} · ${agent(note.csId)}`;
  if (message.senderType === "customer") return "";
  return message.senderType === "ai" ? w("prefixAi") : agent(message.senderId);
}

function whereabouts(session, w, me, agents) {
  const held = session.status === "manual";
  const by = held && (session.manualCsId === me.csId ? w("me") : agentName({ agents, me }, session.manualCsId));
  return `${w(`channels.${session.channelType}`)} · ${held ? by : w(`states.${session.status}`)}`;
}

/** Before anything is typed: what was searched last, and how one searches. */
function idleCard(actions) {
  const title = h("h3");
  const forget = h("button", { type: "button", class: "quiet", on: { click: actions.forgetSearches } });
  const recent = h("ul", { class: "search-recent" });
  const head = h("div", { class: "search-recent-head" }, title, forget);
  const hints = h("ul", { class: "search-hints muted" }, ...["words", "quotes", "numbers"].map(() => h("li")));
  const element = h("div", { class: "search-idle" }, head, recent, hints);
  const make = ({ text }) => {
    const button = h("button", { type: "button", class: "quiet", on: { click: () => actions.searchNow(text) } },
      icon("clock"), h("span", { text }));
    return { element: h("li", {}, button), update() {} };
  };
  return {
    element,
    update(searching, w) {
      element.hidden = !searching;
      if (!searching) return;
      head.hidden = !searching.recent.length;
      set(title, { text: w("searching.recent") });
      set(forget, { text: w("searching.forget") });
      each(recent, searching.recent.map((text) => ({ text })), ({ text }) => text, make);
      ["words", "quotes", "numbers"].forEach((name, place) => set(hints.children[place], { text: w(`searching.hints.${name}`) }));
    },
  };
}

function noneCard(actions) {
  const title = h("p", { class: "empty-title" });
  const hint = h("p", { class: "muted" });
  const widen = h("button", { type: "button", on: { click: () => actions.narrow(EVERYTHING) } });
  const element = h("div", { class: "empty" }, icon("search"), title, hint, widen);
  return {
    element,
    update(state, w) {
      element.hidden = !state;
      if (!state) return;
      const narrowed = isNarrowed(state.searching);
      set(title, { text: w("searching.none", { text: state.searching.text.trim() }) });
      set(hint, { text: narrowed ? w("searching.noneNarrowed", { to: narrowedTo(state, w) }) : w("searching.noneHint") });
      set(widen, { text: w("searching.widen"), hidden: !narrowed });
    },
  };
}
