/* When a notice on her desktop has nothing more to say: what it told of is over, or she has seen it. Pure. */

import { anyLate } from "./alarms.js";
import { isMine } from "./rights.js";

const LATE = 10_000; // ms by which an entry on the bell may be older than the notice of the same thing

/** Of a notice `{event, id, csId, at}`; `looks` while the page has her eyes. */
export function isMoot({ event, id, csId, at }, state, looks) {
  if (state.me?.csId !== csId) return true;
  return (looks && Boolean(id) && state.selected === id) || !HOLDS[event](state, state.sessions[id], id, at);
}

const HOLDS = {
  waiting: ({ acts }, session, id) => session?.status === "pending" && !session.blocked && !acts[id],
  received: isHers,
  said: (state, session) => isHers(state, session) && session.unread > 0,
  aiSaid: (state, session) => session?.status === "ai",
  amber: (state) => anyLate(state, "amber", "red"),
  red: (state) => anyLate(state, "red"),
  mentioned: isOnTheBell("mentioned"),
  failed: isOnTheBell("failed"),
  reminder: ({ reminders }, session, id) => Boolean(reminders?.[id]?.due),
};

function isHers({ me }, session) {
  return Boolean(session && isMine(session, me));
}

/** Unseen there, or not yet: the bell is told of a little later, and is the same at all her machines. */
function isOnTheBell(kind) {
  return ({ bell: { entries }, skew }, session, id, at) => {
    const known = entries.filter((each) => each.sessionId === id && each.kind === kind && each.at >= at + skew - LATE);
    return !known.length || known.some(({ seen }) => !seen);
  };
}
