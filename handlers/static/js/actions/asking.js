/* What an agent can ask of a customer's platform: to look up what she names, and to take back what was said. */

import * as api from "../outside/api.js";
import { lookupKey } from "../state/lookups.js";

export function createAsking(store, { toast, explain, onExpired }) {
  const { dispatch } = store;

  /** What the platform says of an order or a product: `{found}` or `{error}` in words. */
  async function ask(id, { what, number }) {
    const answer = await api.get(api.ofSession(id, what, encodeURIComponent(number)));
    if (answer.status === 401) onExpired();
    return answer.ok ? { found: answer.data } : { error: answer.message };
  }

  const asking = {
    ask,
    /** It opens under the message `msgId`, and nowhere else that names it too. */
    async lookUp(id, msgId, one) {
      const key = lookupKey(one);
      dispatch({ type: "lookup", id, key, open: msgId, phase: "asking" });
      const { found = null, error = "" } = await ask(id, one);
      dispatch({ type: "lookup", id, key, phase: found ? "ready" : "failed", found, error });
    },
    toggleLookup(id, msgId, one) {
      const key = lookupKey(one);
      const { open, phase } = store.state.lookups[key] ?? {};
      if (open === msgId) dispatch({ type: "lookup", id, key, open: null });
      else if (phase === "ready" || phase === "asking") dispatch({ type: "lookup", id, key, open: msgId });
      else asking.lookUp(id, msgId, one);
    },

    askRecall: (msgId, phase) => dispatch({ type: "recalling", msgId, phase }),
    async recall(id, msgId) {
      const asked = store.state.serial;
      dispatch({ type: "recalling", msgId, phase: "busy" });
      const csId = store.state.me.csId;
      const answer = await api.post(api.ofSession(id, "messages", encodeURIComponent(msgId), "recall"), { csId });
      dispatch({ type: "recalling", msgId, phase: null });
      if (answer.ok) dispatch({ type: "stored", message: answer.data, asked });
      else if (answer.status === 400) toast(answer.message, "warn");
      else explain(id, answer);
    },
  };
  return asking;
}
