/*
 * What the page shows and does not have yet. Pure: `wants(state)` names requests, `loader.js` makes each of them once.
 *
 * Start, resync and a lost event are the same here: something is missing, so it is asked for.
 */

import { wantsHandoff } from "./handoffs.js";
import { queue, sources } from "./lists.js";
import { wantedReminders } from "./reminders.js";
import { mayRead } from "./rights.js";
import { firstSeq, lastSeq, threadOf } from "./threads.js";

const FIRST_PAGE = 50; // messages
const CATCH_UP = 1000; // the most the server gives at once
const AT_ONCE = 3; // sessions that are asked for beside the open one

export function wants(state) {
  if (state.auth.phase !== "in" || !state.counts) return [];
  return [...wantedLists(state), ...wantedOfThread(state), ...wantedReminders(state), ...wantedCounts(state)];
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
  const thread = threadOf(state, id);
  const query = !thread.busy && !thread.failed && wantedPage(thread, session);
  return [
    ...(query ? [{ kind: "history", id, query }] : []), ...(wantsHandoff(state, session) ? [{ kind: "session", id }] : []),
  ];
}

function wantedPage(thread, session) {
  if (thread.phase === "wanted") return { limit: FIRST_PAGE };
  if (thread.doubtful) return { limit: CATCH_UP, after: Math.max(0, firstSeq(thread) - 1, lastSeq(thread) - CATCH_UP) };
  if (session.messageCount > lastSeq(thread)) return { limit: CATCH_UP, after: lastSeq(thread) };
  if (thread.older && firstSeq(thread) > 1) return { limit: FIRST_PAGE, before: firstSeq(thread) };
  return null;
}
