/*
 * Asks for what the state wants and does not have (`wants.js`), each thing once at a time, and brings the answers in.
 * What nobody answered is asked for again after a while, so a page that was left open mends itself.
 */

import * as api from "./api.js";
import { afterwards } from "./afterwards.js";
import { wants } from "../state/wants.js";

const AGAIN = 4000; // ms

const AFTER_WORDS = ["log", "handoff", "earlier", "person"]; // what stands around the words she came for
const waits = ({ kind }) => AFTER_WORDS.includes(kind);

export function createLoader(store, onExpired) {
  const asking = new Set(); // ids of sessions
  let remembering = false;

  const ask = { list, session, handoff: session, history, notes, log, earlier, person, reminders, bell, served };

  const askLater = afterwards(() => wants(store.state).filter(waits).forEach((want) => ask[want.kind](want, store.state)));

  return function keep(state) {
    for (const want of wants(state)) {
      if (waits(want)) askLater();
      else ask[want.kind](want, state);
    }
  };

  async function list({ key, query, again }, { round }) {
    store.dispatch({ type: "listLoading", key });
    const answer = await api.get("/api/sessions", query);
    if (answer.ok) {
      const cursor = answer.headers.get("X-Next-Cursor");
      store.dispatch({ type: "listLoaded", key, query, rows: answer.data, cursor, round });
    } else {
      store.dispatch({ type: "listFailed", key, again, error: answer, round });
      failed(answer, { type: "listRetried" });
    }
  }

  async function session({ id }) {
    if (asking.has(id)) return;
    asking.add(id);
    const answer = await api.get(api.ofSession(id));
    asking.delete(id);
    if (answer.ok) store.dispatch({ type: "sessionLoaded", session: answer.data });
    else if (answer.status === 404) store.dispatch({ type: "sessionMissing", id, error: answer });
    else if (answer.status === 401) onExpired(); // of anything else the next tick makes another try
  }

  async function reminders(_, { me }) {
    if (remembering) return;
    remembering = true;
    const answer = await api.get("/api/reminders", { csId: me.csId });
    remembering = false;
    if (answer.ok || answer.status === 404) {
      store.dispatch({ type: "remindersLoaded", rows: answer.ok ? answer.data : [], now: Date.now() });
    } else if (answer.status === 401) {
      onExpired();
    }
  }

  async function bell(_, { me }) {
    store.dispatch({ type: "bellLoading" });
    const answer = await api.get("/api/bell", { csId: me.csId });
    if (answer.ok) {
      store.dispatch({ type: "bellLoaded", entries: answer.data });
    } else {
      store.dispatch({ type: "bellFailed" });
      failed(answer, { type: "bellRetried" });
    }
  }

  async function served(_, { now }) {
    store.dispatch({ type: "servedAsked", at: now });
    const answer = await api.get("/api/assistant/served");
    if (answer.ok) store.dispatch({ type: "servedLoaded", lastHour: answer.data.lastHour });
  }

  async function history({ id, query }, { serial, round }) {
    store.dispatch({ type: "historyLoading", id });
    const answer = await api.get(api.ofSession(id, "history"), query);
    if (answer.ok) {
      store.dispatch({ type: "historyLoaded", id, query, messages: answer.data, asked: serial, round });
    } else {
      store.dispatch({ type: "historyFailed", id, error: answer, round });
      failed(answer, { type: "historyRetried", id });
    }
  }

  async function notes({ id, upTo }) {
    store.dispatch({ type: "notesLoading", id });
    const answer = await api.get(api.ofSession(id, "notes"));
    if (answer.ok) {
      store.dispatch({ type: "notesLoaded", id, notes: answer.data, upTo });
    } else {
      store.dispatch({ type: "notesFailed", id });
      failed(answer, { type: "notesRetried", id });
    }
  }

  async function earlier({ id, query }) {
    store.dispatch({ type: "earlierLoading", id });
    const answer = await api.get(api.ofSession(id, "earlier"), query);
    if (answer.ok) {
      store.dispatch({ type: "earlierLoaded", id, query, sessions: answer.data });
    } else {
      store.dispatch({ type: "earlierFailed", id, error: answer });
      failed(answer, { type: "earlierRetried", id });
    }
  }

  async function person({ id }) {
    store.dispatch({ type: "personLoading", id });
    const answer = await api.get(api.ofSession(id, "customer"));
    if (answer.ok) {
      store.dispatch({ type: "personLoaded", id, customer: answer.data });
    } else {
      store.dispatch({ type: "personFailed", id });
      failed(answer, { type: "personRetried", id });
    }
  }

  async function log({ id, sign }) {
    store.dispatch({ type: "logLoading", id, sign });
    const answer = await api.get(api.ofSession(id, "log"));
    if (answer.ok) {
      store.dispatch({ type: "logLoaded", id, deeds: answer.data });
    } else {
      store.dispatch({ type: "logFailed", id });
      failed(answer, { type: "logWanted", id });
    }
  }

  function failed(answer, again) {
    if (answer.status === 401) onExpired();
    else if (answer.status === 0 || answer.status >= 500) setTimeout(() => store.dispatch(again), AGAIN);
  }
}
