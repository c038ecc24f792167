/*
 * Replies that wait a moment before they go, for who wants to be able to take them back. Pure.
 *
 * They are among the outgoing like any other, with `until` until it is over: so they are written down, stand in their
 * order, and after a reload are told as what was not sent.
 */

import { attachedAgain } from "./files.js";
import { draftOf, written } from "./drafts.js";
import { outgoingOf, withOutgoing } from "./threads.js";

export const heldOf = (state, id) => outgoingOf(state, id).filter(({ until }) => until);

/** Whether something of a session's is still on its way to the server. */
export const isUnderway = (state, id) => outgoingOf(state, id).some(({ state: at }) => at === "queued" || at === "sending");

export const HOLDING_REDUCERS = {
  /** Time is over for those that were to wait until now; with no `now` for all. */
  holdOver: (state, { id, now = Infinity }) => (heldOf(state, id).some(({ until }) => until <= now)
    ? withOutgoing(state, id, (said) => said.map((each) => (each.until <= now ? { ...each, until: undefined } : each)))
    : state),
  /** Words go back above what she wrote since, files to where they lay. */
  holdUndone: (state, { id, now }) => {
    const held = heldOf(state, id);
    if (!held.length) return state;
    const words = [...held.map(({ content }) => content), draftOf(state, "reply", id)].filter(Boolean).join("\n");
    const files = held.filter(({ file }) => file).map(({ clientMsgId }) => clientMsgId);
    const without = withOutgoing(state, id, (said) => said.filter(({ until }) => !until));
    return written(attachedAgain(without, id, files), "reply", id, words, now);
  },
};
