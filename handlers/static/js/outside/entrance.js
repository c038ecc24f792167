/*
 * How an agent comes in: by login where the server asks for one, or by choosing who she is where access is open. A
 * login that ends later is asked for again above the page, which stays as it is.
 */

import * as api from "./api.js";
import { readIdentity, recall, writeIdentity } from "./storage.js";

const AGAIN = 3000; // ms

export function createEntrance(store, live) {
  const { dispatch } = store;
  const auth = (change) => dispatch({ type: "auth", ...change });

  // A login belongs to the browser: in one tab it is one in all of them
  const others = window.BroadcastChannel ? new BroadcastChannel("ccs.entrance") : null;
  others?.addEventListener("message", () => ["expired", "login"].includes(store.state.auth.phase) && comeBack());

  async function comeBack() {
    const { me } = store.state;
    const answer = await api.get("/api/me");
    if (!answer.ok || !answer.data.authRequired) return;
    if (me && me.csId !== answer.data.csId) location.reload();
    else enter(answer.data, true);
  }

  async function start() {
    const answer = await api.get("/api/me");
    if (answer.ok && answer.data.authRequired) enter(answer.data, true);
    else if (answer.ok) await offer();
    else if (answer.status === 401) auth({ phase: "login", required: true });
    else {
      auth({ phase: "unreachable" });
      setTimeout(start, AGAIN);
    }
  }

  /** Access is open: whoever was chosen here before, or a choice. */
  async function offer() {
    await colleagues();
    const csId = readIdentity();
    const known = store.state.agents.length === 0 || store.state.agents.some((agent) => agent.csId === csId);
    if (csId && known) choose(csId);
    else auth({ phase: "choose" });
  }

  async function colleagues() {
    const answer = await api.get("/api/agents");
    if (answer.ok) dispatch({ type: "agents", agents: answer.data });
  }

  function choose(csId) {
    const known = store.state.agents.find((agent) => agent.csId === csId);
    writeIdentity(csId);
    enter(known ?? { csId, name: csId, role: "agent" }, false);
  }

  function enter({ csId, name, role }, required) {
    const again = store.state.me?.csId === csId;
    dispatch({ type: "entered", me: { csId, name, role }, required });
    if (again) {
      dispatch({ type: "listRetried" });
    } else {
      dispatch({ type: "restored", ...recall(csId) });
      if (required) colleagues();
    }
    live.start(csId, again);
  }

  async function logIn(csId, password) {
    auth({ busy: true });
    const answer = await api.post("/api/login", { csId, password });
    const { me } = store.state;
    if (answer.ok && me && me.csId !== answer.data.csId) location.reload();
    else if (answer.ok) {
      enter(answer.data, true);
      others?.postMessage("in");
    } else if (answer.status === 429) auth({ retryAt: Date.now() + answer.data.retryAfter * 1000 });
    else auth({ error: answer.message });
  }

  /** Somebody says that we are nobody: an answer 401, or a line closed with 4401 or 4403. */
  function refused(code) {
    const { auth: { phase, required }, me } = store.state;
    if (phase !== "in") return;
    live.pause();
    if (required) {
      auth({ phase: "expired" });
      return;
    }
    if (code === 4401) {
      auth({ phase: "expired", required: true }); // logins were switched on meanwhile
      return;
    }
    writeIdentity(null);
    dispatch({ type: "left" });
    auth({ phase: "choose", error: me.csId });
    colleagues();
  }

  /** Log out, or be somebody else. */
  async function leave() {
    const { required } = store.state.auth;
    if (required) {
      await api.post("/api/logout");
      location.reload();
      return;
    }
    writeIdentity(null);
    live.stop();
    dispatch({ type: "left" });
    colleagues();
  }

  return { start, choose, logIn, refused, leave };
}
