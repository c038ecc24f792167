/*
 * The column at the left edge: where one can go, and what one can open, each with its key. A narrow page has no room for
 * it; there the menu under one's name has what `navigation` gives.
 */

import { isMac } from "../../actions/keys.js";
import { commandOf, keysOf, shownKey } from "../../state/commands.js";
import { commandText, words } from "../../texts/texts.js";
import { each, h, set, whenChanged } from "../parts/dom.js";
import { icon } from "../parts/icons.js";

export const HAS_ROOM = matchMedia("(min-width: 960px)"); // as the column is shown in css/nav.css

const PLACES = [
  { id: "inbox", icon: "talk", isCurrent: ({ tab, searching }) => tab !== "ai" && !searching.open },
  { id: "ai", icon: "spark", isCurrent: ({ tab, searching }) => tab === "ai" && !searching.open },
  { id: "search", icon: "search", isCurrent: ({ searching }) => searching.open },
];
const TOOLS = [
  { id: "quickReplies", icon: "quick" }, { id: "checkup", icon: "pulse" }, { id: "settings", icon: "sliders" },
  { id: "help", icon: "help" },
];

export function mount(element, actions) {
  const places = h("div", { class: "nav-places" });
  const tools = h("div", { class: "nav-tools" });
  let latest = null;
  element.append(places, tools);

  function make({ entry }) {
    const { id } = entry;
    const command = commandOf(id);
    const label = h("span", { class: "nav-label" });
    const run = () => (id === "inbox" ? toInbox() : command.run(actions, latest));
    const opens = TOOLS.includes(entry) ? "dialog" : null;
    const element = h("button", {
      type: "button", class: "nav-entry", "data-entry": id, "aria-haspopup": opens, on: { click: run },
    }, icon(entry.icon), label);
    return {
      element,
      update({ state, w }) {
        const [key] = keysOf(state.own, command);
        const keys = key ? ` (${shownKey(key, isMac()).flat().join(" ")})` : "";
        set(label, { text: w(`nav.${id}`) });
        set(element, {
          title: `${commandText(w, command, state)}${keys}`, "aria-current": entry.isCurrent?.(state) ? "page" : null,
        });
      },
    };
  }

  /** Who is among the conversations already stays on her tab. */
  function toInbox() {
    actions.goTo(latest.tab === "ai" ? "pending" : latest.tab);
  }

  const show = whenChanged((me, auth, tab, isSearching, own, lang) => {
    element.hidden = !me;
    if (!me) return;
    const w = words(lang);
    const shown = (entries) => entries.filter(({ id }) => commandOf(id).enabled(latest))
      .map((entry) => ({ entry, state: latest, w }));
    set(element, { "aria-label": w("nav.title") });
    each(places, shown(PLACES), ({ entry }) => entry.id, make);
    each(tools, shown(TOOLS), ({ entry }) => entry.id, make);
  });

  return {
    update(state) {
      latest = state;
      show(state.me, state.auth, state.tab, state.searching.open, state.own, state.prefs.lang);
    },
  };
}

/** What the menu under her name offers in place of the column, as items of a menu. */
export const navigation = (state, w, actions) => TOOLS.map(({ id }) => commandOf(id))
  .filter((command) => command.enabled(state))
  .map((command) => ({ key: command.id, text: commandText(w, command, state), act: () => command.run(actions, state) }));
