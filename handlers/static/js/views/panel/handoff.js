/* The hand-off card, where there is room for the panel; otherwise it stands above the thread. */

import { handoff } from "../thread/handoff.js";

export function handoffSection(actions) {
  const card = handoff(actions);
  const isTold = (state, session) =>
    state.panel.wide && Boolean(state.handoffs[session.sessionId]) && ["pending", "manual"].includes(session.status);
  return {
    element: card.element,
    summary: (state, session, w) => {
      const { reason } = state.handoffs[session.sessionId] ?? {};
      return isTold(state, session) ? (w.knows(`reasons.${reason}`) ? w(`reasons.${reason}`) : reason ?? "") : null;
    },
    update: (state, session, w) => card.update(state, isTold(state, session) ? session : null, w),
  };
}
