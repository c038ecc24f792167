/*
 * Keys that work anywhere. They are told by `event.code`, since Option with a letter types a symbol on a Mac; none of
 * them is a plain letter, which an input method would swallow, but `?`, and that one only outside of text.
 */

import { TABS } from "../state/sessions.js";

/** Which keys there are, for the help. Names lead into `keys.*` of the catalogue. */
export const KEYS = [
  ["next", ["Alt", "N"]], ["updown", ["Alt", "↑ / ↓"]], ["accept", ["Alt", "A"]], ["release", ["Alt", "B"]],
  ["close", ["Alt", "E"]], ["suggest", ["Alt", "J"]], ["panel", ["Alt", "I"]],
  ["search", ["Ctrl", "Shift", "F"]], ["findHere", ["Ctrl", "F"]],
  ["insert", ["Alt", "1…3"]], ["tabs", ["Alt", "1…5"]], ["enter", ["Enter"]], ["newline", ["Shift", "Enter"]],
  ["escape", ["Esc"]], ["help", ["?"]],
];

export function listenToKeys(store, actions, neighbour) {
  const alt = {
    KeyN: actions.acceptNext,
    KeyA: actions.takeCurrent,
    KeyB: actions.releaseCurrent,
    KeyE: actions.closeCurrent,
    KeyI: actions.togglePanel,
    KeyJ: actions.suggestCurrent,
    ArrowUp: () => neighbour(-1),
    ArrowDown: () => neighbour(1),
  };
  TABS.forEach((tab, index) => { alt[`Digit${index + 1}`] = () => actions.tab(tab); });

  addEventListener("keydown", (event) => {
    if (store.state.auth.phase !== "in" || event.isComposing || document.querySelector("dialog[open]")) return;
    const { altKey, ctrlKey, metaKey, shiftKey, code, key, target } = event;
    if (altKey && !ctrlKey && !metaKey && !shiftKey && alt[code]) {
      event.preventDefault();
      if (!event.repeat || code.startsWith("Arrow")) alt[code]();
    } else if ((ctrlKey || metaKey) && !altKey && code === "KeyF" && (shiftKey || store.state.selected)) {
      event.preventDefault();
      actions[shiftKey ? "search" : "findHere"]();
    } else if (key === "Escape" && actions.dropCurrentHelp()) {
      event.preventDefault();
    } else if (key === "?" && !altKey && !ctrlKey && !metaKey && !target.closest("textarea, input")) {
      event.preventDefault();
      actions.help(true);
    }
  });
}
