/*
 * Brings drafts to the server a moment after the last key, each on its own and one at a time, and asks for what the
 * agent wrote elsewhere whenever the line comes back. What cannot be brought now goes with the next line, and what a
 * colleague's holding the session forbids once that is over; the browser has it meanwhile (`storage.js`).
 */

import * as api from "./api.js";
import { draftOf, markedAs, partsOfKey } from "../state/drafts.js";
import { mayRead } from "../state/rights.js";

const PAUSE = 500; // ms after the last key
const AGAIN = 5000; // ms after the server could not take it

/** So that the server need not tell this page what it did itself. */
const ownSocket = ({ socket }) => (socket ? { "X-CCS-Socket": socket } : {});

const sessionOf = (key, { sessions }) => sessions[partsOfKey(key).id];

export function createDrafting(store, onExpired) {
  const timers = new Map(); // key → what will bring it
  const busy = new Set();
  const held = new Map(); // key → the version of its session, or of none, at which it would be refused
  const meeting = new Set(); // sessions that are asked for, to know whose they are
  let greeted = null; // `me` is new with each line
  let seen = {};
  addEventListener("pagehide", () => [...timers.keys()].forEach((key) => bring(key, { keepalive: true })));

  return function keep(state) {
    if (state.auth.phase !== "in" || state.line.phase !== "open") return;
    if (state.me !== greeted) {
      greeted = state.me;
      load(state.draftSerial);
      seen = {};
    }
    for (const key of [...held.keys()].filter((key) => isFree(key, state))) {
      held.delete(key);
      soon(key, state);
    }
    if (state.draftMarks === seen) return;
    const before = seen;
    seen = state.draftMarks;
    for (const [key, mark] of Object.entries(seen)) {
      const old = before[key];
      if (mark.dirty && !busy.has(key) && (!old?.dirty || mark.typedAt !== old.typedAt)) soon(key, state);
    }
  };

  function soon(key, state) {
    const { mode, id } = partsOfKey(key);
    clearTimeout(timers.get(key));
    if (draftOf(state, mode, id)) timers.set(key, setTimeout(bring, PAUSE, key));
    else bring(key); // it was sent: nowhere may it look as if it were not
  }

  async function load(asked) {
    const answer = await api.get("/api/drafts", { csId: store.state.me.csId });
    if (answer.ok) store.dispatch({ type: "draftsLoaded", drafts: answer.data, asked, now: Date.now() });
    else if (answer.status === 401) onExpired();
  }

  /** Whether the server would take it now, which it did not when it was held. */
  function isFree(key, state) {
    const session = sessionOf(key, state);
    return Boolean(session) && session.version !== held.get(key) && mayRead(session, state.me);
  }

  function hold(key) {
    const session = sessionOf(key, store.state);
    held.set(key, session?.version);
    if (!session) meet(partsOfKey(key).id);
  }

  async function meet(id) {
    if (meeting.has(id)) return;
    meeting.add(id);
    const answer = await api.get(api.ofSession(id));
    meeting.delete(id);
    if (answer.ok) store.dispatch({ type: "sessionLoaded", session: answer.data });
    else if (answer.status === 401) onExpired();
    else if (answer.status === 0 || answer.status >= 500) setTimeout(meet, AGAIN, id);
  }

  async function bring(key, how = {}) {
    clearTimeout(timers.get(key));
    timers.delete(key);
    const { mode, id } = partsOfKey(key);
    const { revision, dirty } = markedAs(store.state, mode, id);
    if (!dirty || busy.has(key) || !store.state.me) return;
    const text = draftOf(store.state, mode, id);
    const session = sessionOf(key, store.state);
    if (text && !(session && mayRead(session, store.state.me))) {
      hold(key);
      return;
    }
    busy.add(key);
    store.dispatch({ type: "draftSending", mode, id, text });
    const body = { text, revision, csId: store.state.me.csId };
    const answer = await api.put(api.ofSession(id, "drafts", mode), body, { headers: ownSocket(store.state), ...how });
    busy.delete(key);
    if (answer.status === 401) onExpired();
    const { revision: now, other } = answer.data;
    if (!answer.ok) {
      failed(key, answer);
      return;
    }
    store.dispatch({ type: "draftKept", mode, id, text, revision: now, other });
    if (markedAs(store.state, mode, id).dirty) soon(key, store.state); // she wrote on meanwhile
  }

  function failed(key, { status }) {
    const mute = status === 0 || status >= 500 || status === 401;
    if (status === 403) hold(key);
    store.dispatch({ type: "draftNotKept", ...partsOfKey(key), dirty: mute || status === 403 });
    if (mute) timers.set(key, setTimeout(bring, AGAIN, key));
  }
}
