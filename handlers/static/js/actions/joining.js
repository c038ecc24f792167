/* The guide to joining a channel: it is asked for anew each time, for the server may have other settings by now. */

import * as api from "../outside/api.js";
import { copy } from "../outside/copying.js";

export function createJoining(store, { onExpired }) {
  const { dispatch } = store;
  const guide = {
    /** At a way, or at the choice of one. It takes the place of the checkup. */
    async openGuide(chosen = null) {
      dispatch({ type: "checkup", open: false });
      if (store.state.joining.open) return;
      const { origin } = location;
      dispatch({ type: "joining", open: true, phase: "asking", error: null, chosen, copied: null, origin });
      const answer = await api.get("/api/ways");
      if (answer.ok) dispatch({ type: "joining", phase: "ready", ...answer.data });
      else dispatch({ type: "joining", phase: "failed", error: answer.message });
      if (answer.status === 401) onExpired();
    },
    closeGuide: () => dispatch({ type: "joining", open: false }),
    chooseWay: (chosen) => dispatch({ type: "joining", chosen, copied: null }),
    async copyStep(text) {
      dispatch({ type: "joining", copied: { text, done: await copy(text) } });
    },
  };
  return guide;
}
