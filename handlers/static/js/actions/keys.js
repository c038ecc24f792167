/* Keys that work anywhere, as `state/commands.js` has them and the agent has changed them. */

import { bindings, exists, keyOf } from "../state/commands.js";
import { whenChanged } from "../views/parts/dom.js";

const SECOND = 1500; // ms in which the second of two keys has to follow
const KEY_OF_INPUT_METHOD = 229;

export const isMac = () => /Mac|iPhone|iPad/.test(navigator.platform);

const TEXT = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])";
const isText = (node) => Boolean(node.closest?.(TEXT));

export function listenToKeys(store, actions) {
  let byKey = new Map();
  let begun = { key: null, at: 0 }; // the first of two keys
  const rebind = whenChanged((keys) => { byKey = bindings({ keys }); });
  const mac = isMac();

  addEventListener("keydown", (event) => {
    const { state } = store;
    const composing = event.isComposing || event.keyCode === KEY_OF_INPUT_METHOD;
    if (state.auth.phase !== "in" || composing || document.querySelector("dialog[open]")) return;
    rebind(state.own.keys);
    const key = keyOf(event, mac);
    if (!key) return;
    const command = found(key, event.timeStamp, isText(event.target));
    if (command) run(command, event);
    else if (key === "Escape" && !event.defaultPrevented) escape(event);
  });

  /** The command of a key, or of the one before and this together. */
  function found(key, at, inText) {
    const both = begun.key && at - begun.at < SECOND ? `${begun.key} ${key}` : null;
    const command = byKey.get(both) ?? byKey.get(key);
    const begins = !command && !inText && [...byKey.keys()].some((each) => each.startsWith(`${key} `));
    begun = { key: begins ? key : null, at };
    return command && (command.inText || !inText) && exists(command, actions) ? command : null;
  }

  /** What cannot be done now does nothing; the browser's own use of a key would only surprise, but for its search. */
  function run(command, event) {
    if (command.shares && !command.enabled(store.state)) return;
    event.preventDefault();
    if (event.repeat && !command.repeats) return;
    if (!command.enabled(store.state)) return;
    command.run(actions, store.state);
    store.showNow(); // what is typed next is meant for what has opened
  }

  /** What lies above goes first, then the reply is left, and then the keys are the list's. */
  function escape(event) {
    if (actions.dropCurrentHelp()) event.preventDefault();
    else if (isText(event.target)) event.target.blur();
    else if (event.target === document.body || event.target.closest?.("#thread, #panel")) {
      document.querySelector("#list [tabindex='0'].row-link")?.focus();
    }
  }
}
