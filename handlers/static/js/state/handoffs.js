/*
 * What an agent who takes over is told of the customer: the hand-off card of the session. Pure.
 *
 * `state.handoffs` has an entry once we know: the card, or null where there is none. Lists never bring it, so the session
 * is asked for when it is opened; with the assistant, and once it has ended, there is nothing to tell.
 */

const TOLD = ["pending", "manual"];

/** A session was told of, with its card or without. */
export function withHandoff(state, id, handoff) {
  if (!TOLD.includes(state.sessions[id].status)) return without(state, id);
  return handoff ? { ...state, handoffs: { ...state.handoffs, [id]: handoff } } : state;
}

/** The session itself was asked for: without a card it has none. */
export function handoffAsked(state, id) {
  return wantsHandoff(state, state.sessions[id]) ? { ...state, handoffs: { ...state.handoffs, [id]: null } } : state;
}

export const wantsHandoff = (state, session) =>
  TOLD.includes(session.status) && state.handoffs[session.sessionId] === undefined;

function without(state, id) {
  if (state.handoffs[id] === undefined) return state;
  const { [id]: _, ...handoffs } = state.handoffs;
  return { ...state, handoffs };
}
