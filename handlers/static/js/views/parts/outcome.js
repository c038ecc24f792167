/* What became of a session, in a word: where it stands, and who held it last. */

import { agentName } from "../../state/state.js";

export function outcomeOf({ status, manualCsId }, state, w) {
  const name = manualCsId ? agentName(state, manualCsId) : w("ai");
  return status === "manual" ? w("stateOther", { name }) : w("outcome", { state: w(`states.${status}`), name });
}
