/*
 * Replies that wait a moment before they go, for who wants to be able to take them back. Pure.
 *
 * They are among the outgoing like any other, with `until` until it is over: so they are written down, stand in their
 * order, and after a reload are told as what was not sent.
 */

import { attachedAgain } from "./files.js";
import { draftOf, written } from "./drafts.js";
import { outgoingOf, withOutgoing } from "./threads.js";

export const QUEUE_FRESH = 5 * 60_000; // ms; a reply that waited longer for the line is not sent without asking

/** Whether what is said now can leave: a browser without a network may still reach a server on its own machine. */
export const hasLine = ({ line }) => line.phase === "open" && line.online;

export const heldOf = (state, id) => outgoingOf(state, id).filter(({ until }) => until);

/** Those that wait for the line, or for one before them that no answer came for, and surely have not been said (`doubted`). */
export function queuedOf(state, id) {
  const said = outgoingOf(state, id);
  const stuck = said.findIndex(({ state: at }) => at === "unconfirmed");
  const waits = (place) => !hasLine(state) || (stuck >= 0 && place > stuck);
  return said.filter(({ state: at, until, doubted }, place) => at === "queued" && !until && !doubted && waits(place));
}

/** What one says, in one line; a card its title, and a file its name. */
export const wordsOf = ({ content, shown, file }) =>
  (content || shown?.content || file?.name || "").replace(/\s+/g, " ");

/** Whether something of a session's is still on its way to the server, or goes again by itself. */
export const isUnderway = (state, id) => outgoingOf(state, id).some(
  ({ state: at, resting }) => at === "queued" || at === "sending" || (at === "unconfirmed" && resting),
);

export const HOLDING_REDUCERS = {
  /** Time is over for those that were to wait until now; with no `now` for all. */
  holdOver: (state, { id, now = Infinity }) => (heldOf(state, id).some(({ until }) => until <= now)
    ? withOutgoing(state, id, (said) => said.map((each) => (each.until <= now ? { ...each, until: undefined } : each)))
    : state),
  holdUndone: (state, { id, now }) => takenBack(state, id, heldOf(state, id), now),
  /** One that waits for the line is not sent after all. */
  queueLeft: (state, { id, clientMsgId, now }) =>
    takenBack(state, id, queuedOf(state, id).filter((each) => each.clientMsgId === clientMsgId), now),
};

/** Words go back above what she wrote since, files to where they lay. */
function takenBack(state, id, gone, now) {
  if (!gone.length) return state;
  const words = [...gone.map(({ content }) => content), draftOf(state, "reply", id)].filter(Boolean).join("\n");
  const files = gone.filter(({ file }) => file).map(({ clientMsgId }) => clientMsgId);
  const without = withOutgoing(state, id, (said) => said.filter((each) => !gone.includes(each)));
  return written(attachedAgain(without, id, files), "reply", id, words, now);
}
