/*
 * The customer's sessions before the one that is open, and how many of them are unfolded above it. Pure.
 *
 * `state.earlier[id]` is `{phase, sessions, more, shown}`, newest first. They are listed once a session is read, and
 * unfolded one by one as she scrolls up past the start: what was said in them lies in `state.threads` like any other.
 */

import { notesShown } from "./notes.js";
import { firstSeq, threadOf } from "./threads.js";

export const PAGE = 20; // sessions
const KEPT = 12; // sessions whose earlier ones are kept for coming back to

const NONE = { phase: "wanted", sessions: [], more: false, shown: 0 };

export const earlierOf = (state, id) => state.earlier[id] ?? NONE;

/** What the thread of a session shows, oldest first: see `timeline.js`. */
export function chainOf(state, id, session) {
  const { sessions, shown } = earlierOf(state, id);
  return [...sessions.slice(0, shown).reverse(), session].map((each) => ({
    id: each.sessionId, session: each, thread: threadOf(state, each.sessionId), notes: notesShown(state, each.sessionId),
  }));
}

/** The session in which a customer goes on whose session this was; null as far as we know of none. */
export const nowOf = ({ sessions }, { channelType, kfId, customerId, status }) => (status !== "closed" ? null
  : Object.values(sessions).find((each) => each.status !== "closed" && each.customerId === customerId
    && each.kfId === kfId && each.channelType === channelType) ?? null);

/** Whether all of a session is here, from its first message on. */
export const isWhole = (thread) => thread.phase === "ready" && firstSeq(thread) <= 1;

/** The session that would be unfolded next; null if there is none, or we do not know of it yet. */
export const nextEarlier = ({ sessions, shown }) => sessions[shown] ?? null;

/** The page of earlier sessions to be asked for, as a query; null if there is none. */
export function wantedEarlier(state, id) {
  const { phase, sessions } = earlierOf(state, id);
  if (phase === "wanted") return threadOf(state, id).phase === "ready" ? { limit: PAGE } : null;
  return phase === "more" ? { limit: PAGE, before: sessions.at(-1).sessionId } : null;
}

const withEarlier = (state, id, change) => {
  const { [id]: known = NONE, ...others } = state.earlier;
  const kept = Object.fromEntries(Object.entries(others).slice(1 - KEPT));
  return { ...state, earlier: { ...kept, [id]: { ...known, ...change } } };
};

export const EARLIER_REDUCERS = {
  earlierLoading: (state, { id }) => withEarlier(state, id, { phase: "loading" }),
  earlierLoaded: (state, { id, query, sessions }) => {
    const before = query.before ? earlierOf(state, id).sessions : [];
    const more = sessions.length === query.limit;
    return withEarlier(state, id, { phase: "ready", sessions: [...before, ...sessions], more });
  },
  earlierFailed: (state, { id, error }) => withEarlier(state, id, { phase: "failed", error }),
  earlierRetried: (state, { id }) =>
    withEarlier(state, id, { phase: earlierOf(state, id).sessions.length ? "more" : "wanted" }),
  /** One more is unfolded, once all of those below it is here. */
  unfolded: (state, { id }) => {
    const { sessions, shown, more, phase } = earlierOf(state, id);
    const oldest = shown ? sessions[shown - 1].sessionId : id;
    if (!isWhole(threadOf(state, oldest))) return state;
    if (sessions[shown]) return withEarlier(state, id, { shown: shown + 1 });
    return more && phase === "ready" ? withEarlier(state, id, { phase: "more" }) : state;
  },
  /** All we know of them is listed. */
  moreEarlier: (state, { id }) => (earlierOf(state, id).phase === "ready" ? withEarlier(state, id, { phase: "more" }) : state),
};
