/* Loads quick replies once somebody may need them, and again when they were changed. */

import * as api from "./api.js";

const AGAIN = 10_000; // ms

export function createQuicking(store, onExpired) {
  return async function keep({ quick, selected, line, auth, me }) {
    if (auth.phase !== "in" || line.phase !== "open") return;
    if (quick.phase === "idle" && selected) store.dispatch({ type: "quickWanted" });
    if (store.state.quick.phase !== "wanted") return;
    store.dispatch({ type: "quickLoading" });
    const answer = await api.get("/api/quick-replies", { csId: me.csId });
    if (answer.ok) {
      store.dispatch({ type: "quickLoaded", replies: answer.data });
      return;
    }
    store.dispatch({ type: "quickFailed" });
    if (answer.status === 401) onExpired();
    else if (answer.status === 0 || answer.status >= 500) setTimeout(store.dispatch, AGAIN, { type: "quickWanted" });
  };
}
