/* How much of what the channel takes is used, in its own unit, once it is worth a word. */

import { measure } from "../../state/guards.js";
import { LONGEST_REPLY } from "../../state/state.js";

const FROM = 0.8; // of the most

/** `{text, over}` for a reply as `measured` in reply.js. */
export function counted(reply, ability, said, w) {
  const wrong = troubleOf(reply, w);
  if (wrong) return { text: wrong, over: true };
  const one = measure(ability, said);
  const cut = reply.texts > 1 ? w("inParts", { n: reply.texts }) : "";
  const near = one && reply.texts === 1 && one.used >= FROM * one.most
    ? w(`used.${one.unit}`, { used: one.used, most: one.most }) : "";
  const whole = reply.length >= FROM * LONGEST_REPLY
    ? w("used.characters", { used: reply.length, most: LONGEST_REPLY }) : "";
  return { text: [cut, near, whole].filter(Boolean).join(" · "), over: false };
}

/** What has to be put right before it can go. */
function troubleOf({ over, parts, most, stuck }, w) {
  if (over > 0) return w("tooLong", { n: over });
  if (stuck) return w("stuck");
  return parts > most ? w("overQuota", { n: parts, most }) : "";
}
