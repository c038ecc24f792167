/*
 * What was done with a session: who accepted it, whom it went to, who ended it. Asked for once its words are here. Pure.
 *
 * `state.logs[id]` is `{phase, deeds, sign}`; `sign` stands for all that is told of the session when something is done
 * with it, so another one means that there is more.
 */

import { isPanelShown, layoutOf } from "./people.js";
import { notesLogged, threadOf } from "./threads.js";

const KEPT = 12; // sessions
const NONE = { phase: "wanted", deeds: [], sign: null };
const WAITS = ["asked", "transferred"]; // then she waits, until one of these
const ENDS = ["accepted", "taken_over", "transferred", "closed"];

export const logOf = (state, id) => state.logs[id] ?? NONE;

export const isLogShown = (state) => {
  const { folded, log } = layoutOf(state);
  return isPanelShown(state) && Boolean(log) && !folded.includes("facts");
};

const signOf = ({ status, manualCsId, blocked, pendingReason }) => [status, manualCsId, blocked, pendingReason].join("/");

/**
 * The sign up to which a session's log is to be asked for; null if it is not. Once its words are here it is asked for, so
 * that they show what happened between them; the panel, where it is unfolded, goes on asking.
 */
export function wantedLog(state, session) {
  const { phase: words, logged } = threadOf(state, session.sessionId);
  const { phase, sign } = logOf(state, session.sessionId);
  if (phase === "loading" || phase === "failed") return null;
  const now = signOf(session);
  if (words === "ready" && !logged) return now;
  return isLogShown(state) && (phase === "wanted" || sign !== now) ? now : null;
}

/** The deeds with how long she had waited in the queue when somebody took her: `{waited}`, ms. */
export function withWaits(deeds) {
  let since = null;
  return deeds.map((deed) => {
    const at = Date.parse(deed.at);
    const waited = since !== null && ENDS.includes(deed.kind) ? at - since : null;
    if (waited !== null) since = null;
    if (WAITS.includes(deed.kind) && (deed.kind === "asked" || !deed.about)) since = at;
    return { ...deed, when: at, waited };
  });
}

function withLog(state, id, change) {
  const { [id]: known = NONE, ...others } = state.logs;
  const kept = Object.fromEntries(Object.entries(others).slice(1 - KEPT));
  return { ...state, logs: { ...kept, [id]: { ...known, ...change } } };
}

export const DEED_REDUCERS = {
  logLoading: (state, { id, sign }) => withLog(state, id, { phase: "loading", sign }),
  logLoaded: (state, { id, deeds }) => notesLogged(withLog(state, id, { phase: "ready", deeds }), id, deeds),
  logFailed: (state, { id }) => withLog(state, id, { phase: "failed" }),
  /** Once more: it failed, or this agent did something of which no event tells. */
  logWanted: (state, { id }) => (state.logs[id] ? withLog(state, id, { phase: "wanted" }) : state),
};
