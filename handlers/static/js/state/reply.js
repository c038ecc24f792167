/* What is about to be said, measured: whether it may go, and as how many messages. Pure. */

import { abilityOf } from "./abilities.js";
import { attachedTo } from "./files.js";
import { lengthOf, partsOf } from "./platform.js";
import { LONGEST_REPLY } from "./state.js";

/**
 * `{parts, texts, length, over, most, stuck, goes}`: messages it leaves as, those of them that are text, its characters
 * and those too many, how many the platform still takes, whether a file stands in the way, and whether it may be sent.
 */
export function measured(state, session, said) {
  const files = attachedTo(state, session.sessionId);
  const length = lengthOf(said); // as the server counts
  const over = length - LONGEST_REPLY;
  const texts = said ? partsOf(abilityOf(state, session), said) : 0;
  const parts = files.length + texts;
  const most = session.replyQuotaLeft ?? Infinity;
  const stuck = files.some(({ phase }) => phase === "refused" || phase === "failed");
  return { parts, texts, length, over, most, stuck, goes: parts > 0 && over <= 0 && parts <= most && !stuck };
}
