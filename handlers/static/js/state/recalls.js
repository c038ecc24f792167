/* Taking back what we said: what can be, and how far that is. Pure. */

import { abilityOf } from "./abilities.js";
import { mayServe } from "./rights.js";

/** Whether this agent may ask for it. A supervisor may for everybody's. */
export const mayRecall = (state, session, told) =>
  told.senderType !== "customer" && told.delivery?.state === "sent" && !told.recalledAt
  && abilityOf(state, session).recalls && mayServe(session, state.me);

export const RECALL_REDUCERS = {
  /** `phase` is `sure` while she is asked, `busy` while the platform is; null is neither. */
  recalling: (state, { msgId, phase }) => {
    const { [msgId]: _, ...others } = state.recalling;
    return { ...state, recalling: phase ? { ...others, [msgId]: phase } : others };
  },
};
