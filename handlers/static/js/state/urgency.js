/*
 * Which session wants somebody first, and in which order a list stands. Pure.
 *
 * The clock of a session is how long the oldest thing that nobody of ours answered has waited; when it passes its limit
 * the session is overdue. The window in which a platform takes replies, and a reminder that is due, are clocks as well.
 * A clock that has run out stands before every one that runs, so one moment for each session is the whole order, and it
 * does not change from second to second.
 */

const AMBER = 60_000; // ms a customer waits before it shows
const RED = 180_000; // and before it is too long

export const LIMIT = RED;

/** How long a wait is, for its colour. */
export const urgency = (waits) => (waits >= RED ? "red" : waits >= AMBER ? "amber" : "calm");

/** Whether a customer waits for an agent's answer. */
export const waits = ({ status, waiting }) => waiting < Infinity && (status === "pending" || status === "manual");

export const isOverdue = ({ now, skew }, session) => waits(session) && now + skew - session.waiting >= LIMIT;

/** When the nearest clock of a session runs out, or ran out; Infinity where none runs. */
export function deadline(session, reminder) {
  const clock = waits(session) ? Math.min(session.waiting + LIMIT, session.replyUntil) : Infinity;
  return reminder?.due ? Math.min(clock, reminder.at) : clock;
}

const compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0);
const waitOf = (session) => (waits(session) ? session.waiting : Infinity);

const byUpdate = (one, other) => compare(other.updated, one.updated) || compare(one.sessionId, other.sessionId);
const byWait = (one, other) => compare(waitOf(one), waitOf(other)) || byUpdate(one, other);
const byCreation = (one, other) => compare(other.created, one.created) || compare(other.sessionId, one.sessionId);

/** The order of a list, as a function that compares two sessions. */
export function orderOf({ filters, reminders }) {
  const until = (session) => deadline(session, reminders?.[session.sessionId]);
  const byUrgency = (one, other) => compare(until(one), until(other)) || byWait(one, other);
  return { urgent: byUrgency, recent: byUpdate, waiting: byWait, created: byCreation }[filters.sort];
}

/**
 * The rows while pointer or keyboard are among them: nothing moves, what is new waits, and only what would stand below
 * them all is added. `updates` is how much waits.
 */
export function heldOrder(held, ids) {
  const fresh = new Set(ids);
  const known = new Set(held);
  const last = Math.max(-1, ids.findLastIndex((id) => known.has(id)));
  const below = ids.slice(last + 1);
  const inserted = ids.slice(0, last + 1).filter((id) => !known.has(id)).length;
  const kept = held.filter((id) => fresh.has(id));
  const gone = held.length - kept.length;
  const moved = ids.filter((id) => known.has(id)).some((id, index) => id !== kept[index]);
  return { ids: [...held, ...below], updates: inserted + gone || (moved ? 1 : 0) };
}

/** The rows with the one that is open where it stood, `place` from the top: the others move around it. */
export function pinnedOrder(ids, selected, place) {
  const now = ids.indexOf(selected);
  if (place < 0 || now < 0 || now === place) return ids;
  const others = ids.filter((id) => id !== selected);
  return [...others.slice(0, place), selected, ...others.slice(place)];
}
