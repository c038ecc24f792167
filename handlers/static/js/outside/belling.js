/* Tells the server what an agent has seen of her bell: what lies under it, and what is about the session she looks at. */

import * as api from "./api.js";
import { seenAnyway } from "../state/bell.js";

const AGAIN = 10_000; // ms
const MOST = 100; // ids that the server takes at once

export function createBelling(store, onExpired) {
  let telling = false;
  let notBefore = 0;

  return async function keep(state) {
    if (state.auth.phase !== "in") return;
    const ids = seenAnyway(state);
    if (ids.length) store.dispatch({ type: "bellSeen", ids });
    const { bell, line, me, now, socket } = store.state;
    if (telling || !bell.untold.length || line.phase !== "open" || now < notBefore) return;
    telling = true;
    const told = bell.untold.slice(0, MOST);
    const headers = socket ? { "X-CCS-Socket": socket } : {};
    const answer = await api.post("/api/bell/seen", { ids: told, csId: me.csId }, { headers });
    telling = false;
    if (answer.status === 401) onExpired();
    notBefore = answer.ok ? 0 : store.state.now + AGAIN;
    if (answer.ok) store.dispatch({ type: "bellTold", ids: told });
  };
}
