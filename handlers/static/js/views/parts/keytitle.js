/* What is said of a button that has a key, as the agent has changed it: 内部备注 (Alt+P). */

import { isMac } from "../../actions/keys.js";
import { COMMANDS, keysOf, shownKey } from "../../state/commands.js";

const BY_ID = new Map(COMMANDS.map((each) => [each.id, each]));

/** A key as one word: `Alt+P`, on a Mac `⌥P`. */
export function keyInWords(key) {
  const mac = isMac();
  return shownKey(key, mac).map((parts) => parts.join(mac ? "" : "+")).join(" ");
}

/** `text` with the key of that command behind it, where it has one. */
export function withKey(text, { own }, command) {
  const [key] = keysOf(own, BY_ID.get(command));
  return key ? `${text} (${keyInWords(key)})` : text;
}
