/* The help of the keys, made from the same table as the keys: what there is, and as this agent has changed it. */

import { COMMANDS, FIXED, exists, keysOf } from "../../state/commands.js";
import { commandText, words } from "../../texts/texts.js";
import { each, h, set } from "../parts/dom.js";
import { keycaps } from "../parts/keycaps.js";

const GROUPS = ["sessions", "going", "writing", "frame"];

export function mount(element, actions) {
  const title = h("h2", { id: "help-title" });
  const groups = h("div", { class: "help-groups" });
  const change = h("button", { type: "button", class: "quiet", on: { click: toSettings } });
  const close = h("button", { type: "button", class: "primary", on: { click: shut } });
  const dialog = h("dialog", {
    class: "help", "aria-labelledby": "help-title", on: { cancel: shut, close: shut },
  }, title, groups, h("div", { class: "dialog-foot" }, change, close));
  element.append(dialog);

  function shut() {
    actions.help(false);
  }

  function toSettings() {
    shut();
    actions.openSettings("keys");
  }

  const makeRow = ({ keys }) => {
    const what = h("dd");
    const pressed = h("dt", {}, ...keys.flatMap((key, index) => [index ? " / " : null, keycaps(key)]));
    return { element: h("div", {}, pressed, what), update: ({ text }) => set(what, { text }) };
  };

  const makeGroup = () => {
    const name = h("h3", { class: "help-group" });
    const table = h("dl", { class: "keys" });
    return {
      element: h("section", {}, name, table),
      update({ text, rows }) {
        set(name, { text });
        each(table, rows, ({ id, keys }) => `${id} ${keys.join()}`, makeRow);
      },
    };
  };

  /** What has a key and can be done in this page at all. */
  function rowsOf(group, state, w) {
    const rows = COMMANDS.filter((each) => each.group === group && exists(each, actions))
      .map((each) => ({ id: each.id, keys: keysOf(state.own, each), text: commandText(w, each, state) }));
    const fixed = group === "writing" ? FIXED.map(({ id, keys }) => ({ id, keys, text: w(`commands.${id}`) })) : [];
    return [...rows.filter(({ keys }) => keys.length), ...fixed];
  }

  return {
    update(state) {
      if (state.help) {
        const w = words(state.prefs.lang);
        set(title, { text: w("help") });
        set(close, { text: w("closeHelp") });
        set(change, { text: w("changeKeys") });
        const shown = GROUPS.map((group) => ({
          group, text: w(`commandGroups.${group}`), rows: rowsOf(group, state, w),
        }));
        each(groups, shown, ({ group }) => group, makeGroup);
      }
      if (state.help && !dialog.open) {
        dialog.showModal();
        close.focus({ preventScroll: true });
        dialog.scrollTop = 0; // it is read from its beginning
      }
      if (!state.help && dialog.open) dialog.close();
    },
  };
}
