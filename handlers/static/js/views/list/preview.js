/* The line of a row: the last words after who said them, or what they were where they were no words. */

import { kindOf } from "../../state/pictures.js";
import { agentName } from "../../state/state.js";

/** `said` is what we know of the last message that counts; what is older than it says nothing of it. */
export function lastWords(session, readable, said, w, me, agents) {
  if (!readable || session.lastMessage === undefined) {
    return session.manualCsId ? w("noWords", { name: agentName({ agents, me }, session.manualCsId) }) : "";
  }
  const counts = said?.upTo === session.messageCount;
  const text = ((counts ? said.text : null) ?? session.lastMessage).replace(/\s+/g, " ");
  if (!counts) return text;
  return prefix(said, w, me, agents) + (said.recalled ? w("recalledLine") : kind(said, text, w));
}

/** What a platform calls by its kind is called so in the reader's language: `[语音 12″]`. */
function kind({ msgType, seconds }, text, w) {
  const name = `types.${kindOf(msgType)}`;
  if (msgType === "text" || !w.knows(name)) return text;
  const length = seconds ? ` ${Math.round(seconds)}″` : "";
  return text.replace(/^\[[^\]]*\]/, `[${w(name)}${length}]`);
}

function prefix({ senderType, senderId }, w, me, agents) {
  if (senderType === "customer") return "";
  if (senderType === "ai") return w("prefixAi");
  return senderId === me.csId ? w("prefixMe") : w("prefixAgent", { name: agentName({ agents, me }, senderId) });
}
