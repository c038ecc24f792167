/*
 * What the page shows and does not have yet. Pure: `wants(state)` names requests, `loader.js` makes each of them once.
 *
 * Start, resync and a lost event are the same here: something is missing, so it is asked for.
 */

import { wantsBell } from "./bell.js";
import { wantedLog } from "./deeds.js";
import { earlierOf, wantedEarlier } from "./earlier.js";
import { wantsHandoff } from "./handoffs.js";
import { queue, sources } from "./lists.js";
import { wantedReminders } from "./reminders.js";
import { wantsNotes } from "./notes.js";
import { wantsPerson } from "./people.js";
import { mayRead } from "./rights.js";
import { wantsServed } from "./served.js";
import { firstSeq, lastSeq, threadOf } from "./threads.js";

const FIRST_PAGE = 50; // messages
const CATCH_UP = 1000; // the most the server gives at once
const AT_ONCE = 3; // sessions that are asked for beside the open one

export function wants(state) {
  if (state.auth.phase !== "in" || !state.counts) return [];
  return [
    ...wantedLists(state), ...wantedOfThread(state), ...wantedReminders(state), ...wantedCounts(state),
    ...(wantsBell(state) ? [{ kind: "bell" }] : []), ...(wantsServed(state) ? [{ kind: "served" }] : []),
  ];
}

function wantedLists(state) {
  const shown = [...sources(state), ...queue(state)];
  const queries = new Map(shown.map(({ key, query }) => [key, query]));
  return [...queries].flatMap(([key, query]) => {
    const { phase, cursor } = state.lists[key] ?? { phase: "wanted" };
    if (phase === "wanted") return [{ kind: "list", key, query, again: phase }];
    if (phase === "more") return [{ kind: "list", key, query: { ...query, cursor }, again: phase }];
    return [];
  });
}

/** How many messages did not arrive is told with a session itself. */
function wantedCounts({ recounting }) {
  return Object.keys(recounting).slice(0, AT_ONCE).map((id) => ({ kind: "session", id }));
}

function wantedOfThread(state) {
  const id = state.selected;
  if (!id || state.missing[id]) return [];
  const session = state.sessions[id];
  if (!session || state.doubtful[id]) return [{ kind: "session", id }];
  if (!mayRead(session, state.me)) return [];
  const { phase, failed } = threadOf(state, id);
  const isAnswered = phase === "ready" || Boolean(failed); // the words she came for are first
  return [...wantedPages(state, session), ...(isAnswered ? wantedOfCustomer(state, session) : [])];
}

/** Of the session, and of the earlier ones that are unfolded above it. */
function wantedPages(state, session) {
  const { sessions, shown } = earlierOf(state, session.sessionId);
  return [session, ...sessions.slice(0, shown)].flatMap((each) => {
    const thread = threadOf(state, each.sessionId);
    const query = !thread.busy && !thread.failed && wantedPage(thread, each);
    const sign = wantedLog(state, each);
    return [
      ...(query ? [{ kind: "history", id: each.sessionId, query }] : []),
      ...(wantsNotes(state, each) ? [{ kind: "notes", id: each.sessionId, upTo: each.noteCount }] : []),
      ...(sign ? [{ kind: "log", id: each.sessionId, sign }] : []),
    ];
  });
}

function wantedOfCustomer(state, session) {
  const { sessionId: id } = session;
  const query = wantedEarlier(state, id);
  return [
    ...(wantsHandoff(state, session) ? [{ kind: "handoff", id }] : []),
    ...(query ? [{ kind: "earlier", id, query }] : []), ...(wantsPerson(state, session) ? [{ kind: "person", id }] : []),
  ];
}

function wantedPage(thread, session) {
  const [first, last] = [firstSeq(thread), lastSeq(thread)];
  if (thread.phase === "wanted") return { limit: FIRST_PAGE, ...(thread.around === null ? {} : { around: thread.around }) };
  if (thread.doubtful) {
    const limit = thread.away ? Math.min(CATCH_UP, last - first + 1) : CATCH_UP;
    return { limit, after: Math.max(0, first - 1, last - CATCH_UP) };
  }
  if (session.messageCount > last && !thread.away) return { limit: CATCH_UP, after: last };
  if (session.messageCount > last && thread.later) return { limit: FIRST_PAGE, after: last };
  if (thread.older && first > 1) return { limit: FIRST_PAGE, before: first };
  return null;
}
