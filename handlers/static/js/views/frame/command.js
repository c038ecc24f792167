/*
 * The command bar: everything that can be done here and now, and every session, by a few letters of its name or of its
 * pinyin. The field keeps the focus while ↑ and ↓ move through what was found; Enter does it, Esc goes back.
 */

import { isMac } from "../../actions/keys.js";
import { bindings, keyOf, keysOf, possible } from "../../state/commands.js";
import { fit } from "../../state/matching.js";
import { customerName } from "../../state/state.js";
import { commandText, words } from "../../texts/texts.js";
import { each, h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { keycaps } from "../parts/keycaps.js";

const MOST_COMMANDS = 30;
const MOST_SESSIONS = 8;
const KEY_OF_INPUT_METHOD = 229;
const OPEN_FIRST = { manual: 0, pending: 1, ai: 2, closed: 3 };

export function mount(element, actions) {
  const input = h("input", {
    type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": "command-list",
    "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false", on: { input: typed, keydown },
  });
  const list = h("ul", { class: "command-list", id: "command-list", role: "listbox" });
  const none = h("p", { class: "muted command-none", role: "status" });
  const dialog = h("dialog", { class: "command", on: { cancel: shut, close: shut, click: outside } },
    h("div", { class: "command-field" }, icon("search"), input), list, none);
  element.append(dialog);
  let chosen = 0;
  let found = [];
  let latest = null;
  let searched = null; // for what; what was found does not move under her while the world goes on

  function outside(event) {
    if (event.target === dialog) shut();
  }

  function shut() {
    actions.commandBar(false);
  }

  function typed() {
    chosen = 0;
    update(latest);
    list.scrollTop = 0;
  }

  function keydown(event) {
    if (event.isComposing || event.keyCode === KEY_OF_INPUT_METHOD) return;
    const opener = bindings(latest.own).get(keyOf(event, isMac()));
    if (opener?.id === "bar") {
      event.preventDefault();
      shut();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) {
      chosen = (chosen + step + found.length) % found.length;
      update(latest);
      document.getElementById(`command-${chosen}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && !event.repeat) {
      run(found[chosen]);
    } else {
      return;
    }
    event.preventDefault();
  }

  /** Closed before it runs, so that what it opens takes the focus and not the place it is given back to. */
  function run(entry) {
    if (!entry) return;
    dialog.close();
    shut();
    entry.run();
  }

  function search(state, w) {
    const text = input.value.trim();
    const commands = possible(state, actions)
      .map((command) => ({ command, text: commandText(w, command, state) }))
      .map((each) => ({ ...each, rank: fit(each.text, text) }))
      .filter(({ rank }) => rank > 0).sort((one, other) => other.rank - one.rank).slice(0, MOST_COMMANDS)
      .map(({ command, text, rank }) => ({
        rank, key: `command ${command.id}`, text, about: "", keys: keysOf(state.own, command),
        run: () => command.run(actions, latest),
      }));
    const sessions = text ? sessionsOf(state, w, text) : [];
    const everywhere = text && actions.search
      ? [{ key: "search", text: w("searchFor", { text }), about: "", keys: [], run: () => actions.search(text) }] : [];
    return [...[...commands, ...sessions].sort((one, other) => other.rank - one.rank), ...everywhere];
  }

  function sessionsOf(state, w, text) {
    return Object.values(state.sessions)
      .map((session) => ({ session, name: session.customerRemark || customerName(session) }))
      .map((each) => ({ ...each, rank: Math.max(fit(each.name, text), each.session.sessionId === text ? 200 : 0) }))
      .filter(({ rank }) => rank > 0)
      .sort((one, other) => other.rank - one.rank || OPEN_FIRST[one.session.status] - OPEN_FIRST[other.session.status]
        || other.session.updated - one.session.updated)
      .slice(0, MOST_SESSIONS)
      .map(({ session, name, rank }) => ({
        rank, key: session.sessionId, text: name, keys: [],
        about: `${w(`channels.${session.channelType}`)} · ${w(`commandStates.${session.status}`)}`,
        run: () => actions.open(session.sessionId),
      }));
  }

  const make = () => {
    const text = h("span", { class: "command-text" });
    const about = h("span", { class: "muted" });
    const keys = h("span", { class: "command-keys" });
    let shownEntry = null;
    let shown = "";
    const element = h("li", {
      role: "option", on: { click: () => run(shownEntry), pointermove: () => point(shownEntry) },
    }, text, about, keys);
    return {
      element,
      update({ entry, index, on }) {
        shownEntry = entry;
        set(element, { id: `command-${index}`, "aria-selected": String(on) });
        set(text, { text: entry.text });
        set(about, { text: entry.about });
        if (shown !== entry.keys.join()) keys.replaceChildren(...entry.keys.slice(0, 1).map(keycaps));
        shown = entry.keys.join();
      },
    };
  };

  function point(entry) {
    const index = found.indexOf(entry);
    if (index < 0 || index === chosen) return;
    chosen = index;
    update(latest);
  }

  function update(state) {
    latest = state;
    if (!state.command.open) {
      if (dialog.open) dialog.close();
      return;
    }
    const w = words(state.prefs.lang);
    const opens = !dialog.open;
    if (opens) {
      input.value = "";
      chosen = 0;
    }
    const wanted = `${state.prefs.lang} ${input.value}`;
    if (opens || searched !== wanted) found = search(state, w);
    searched = wanted;
    chosen = Math.min(chosen, Math.max(0, found.length - 1));
    set(dialog, { "aria-label": w("find") });
    set(input, {
      placeholder: w("commandPrompt"), "aria-label": w("commandPrompt"),
      "aria-activedescendant": found.length ? `command-${chosen}` : null,
    });
    set(list, { "aria-label": w("find") });
    each(list, found.map((entry, index) => ({ entry, index, on: index === chosen })), ({ entry }) => entry.key, make);
    set(none, { text: w("nothingFound"), hidden: found.length > 0 });
    list.hidden = !found.length;
    if (opens) {
      dialog.showModal();
      input.focus();
    }
  }

  return { update };
}
