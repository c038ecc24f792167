/*
 * What an agent can do: each is shown at once, asked of the server, and taken back with the reason if it says no.
 * Views and keys know only these.
 */

import * as api from "../outside/api.js";
import { createAsking } from "./asking.js";
import { createAttaching } from "./attaching.js";
import { createComposing } from "./composing.js";
import { copy } from "../outside/copying.js";
import { createFraming } from "./framing.js";
import { createHelping } from "./helping.js";
import { isAsDrafted, isHelped } from "../state/helps.js";
import { isUnderway } from "../state/holding.js";
import { createJoining } from "./joining.js";
import { createLearning } from "./learning.js";
import { createListing } from "./listing.js";
import { createSearching } from "./searching.js";
import { createQuick } from "./quick.js";
import { createPanelActions } from "./panel.js";
import { createThreadActions } from "./thread.js";
import { mayAccept, mayClose, mayRelease, mayServe, mayTakeOver } from "../state/rights.js";
import { format, parse } from "../state/address.js";
import { nextPages } from "../state/lists.js";
import { CHANNELS, shownSession } from "../state/sessions.js";
import { agentName, customerName, nextWaiting } from "../state/state.js";
import { words } from "../texts/texts.js";

const TOAST = 6000; // ms
const UNDO = 8000; // ms in which an agent may think better of an end
const COPIED = 40; // characters of it that are told
const CHECKUP = 60_000; // ms; the server asks every platform in turn
const TAKEN = 4002; // the server's code: somebody else was first

export function createActions(store, { live, onExpired, ...outside }) {
  const { dispatch } = store;
  const endings = new Map(); // id → {timer, toastId}
  let serial = 0;

  const w = (...args) => words(store.state.prefs.lang)(...args);
  const me = () => store.state.me.csId;
  const current = () => store.state.selected && shownSession(store.state, store.state.selected);

  /** With `undo`, `{act, given}`, the toast offers the action that takes back what it tells. */
  function toast(text, kind = "info", { undo = null, lasts = TOAST } = {}) {
    serial += 1;
    const id = serial;
    dispatch({ type: "toast", toast: { id, text, kind, undo } });
    setTimeout(() => dispatch({ type: "toastGone", id }), lasts);
    return id;
  }

  /** Changes a session, shown as if it were done. True if the server did it. */
  async function change(id, act, body = {}, how = {}) {
    if (store.state.acts[id]) return false;
    keepOpen(id);
    dispatch({ type: "acting", id, act });
    const answer = await api.post(api.ofSession(id, act), { csId: me(), ...body }, how);
    dispatch({ type: "acted", id, session: answer.ok ? answer.data : null });
    if (!answer.ok) explain(id, answer);
    return answer.ok;
  }

  /** Ends sessions, once there was time to undo it. */
  function closeMany(asked) {
    const { sessions, acts, me } = store.state;
    const ids = asked.filter((id) => sessions[id] && mayClose(sessions[id], me) && !endings.has(id) && !acts[id]);
    if (!ids.length) return;
    for (const id of ids) dispatch({ type: "ending", id, on: true });
    const text = ids.length > 1 ? w("manyEndSoon", { n: ids.length })
      : w("endsSoon", { name: customerName(sessions[ids[0]]) });
    const toastId = toast(text, "info", { undo: { act: "keepOpen", given: ids }, lasts: UNDO });
    for (const id of ids) endings.set(id, { timer: setTimeout(() => closeNow(id), UNDO), toastId });
  }

  function closeNow(id, how) {
    keepOpen(id);
    const session = store.state.sessions[id];
    if (isUnderway(store.state, id) && !how) {
      toast(w("endWaits", { name: customerName(session) }), "warn");
      return;
    }
    if (session && mayClose(session, store.state.me)) change(id, "close", {}, how); // it may have moved meanwhile
  }

  /** A session, or several, are not ended after all. */
  function keepOpen(which) {
    for (const id of [which].flat().filter((each) => endings.has(each))) {
      const { timer, toastId } = endings.get(id);
      clearTimeout(timer);
      endings.delete(id);
      dispatch({ type: "ending", id, on: false });
      if (![...endings.values()].some((other) => other.toastId === toastId)) dispatch({ type: "toastGone", id: toastId });
    }
  }

  function explain(id, answer) {
    if (answer.status === 401) {
      onExpired();
      return;
    }
    api.get(api.ofSession(id)).then((now) => now.ok && dispatch({ type: "sessionLoaded", session: now.data }));
    if (answer.code === TAKEN) toast(w("takenBy", { name: agentName(store.state, answer.data.manualCsId) }), "warn");
    else toast(answer.status ? w("notDone", { why: answer.message }) : w("noAnswer"), "warn");
  }

  const open = (id) => {
    if (parse(location.hash).id !== id) location.hash = format({ id });
  };

  /** To a message, or a note after it, by the address. With `replace` the way back leads to where one was before. */
  function jump(id, seq, { replace = false, note = null } = {}) {
    const hash = format({ id, m: seq, n: note });
    const at = parse(location.hash);
    if (at.id === id && at.m === seq && at.n === note) dispatch({ type: "jumped", id, seq, note });
    else if (replace) location.replace(hash);
    else location.hash = hash;
  }

  /** Takes a session and goes on in it. True if it is hers. */
  async function take(id, act) {
    if (store.state.acts[id]) return false;
    const { tab } = store.state;
    open(id);
    dispatch({ type: "tab", tab: "mine" });
    const taken = await change(id, act);
    if (!taken && store.state.tab === "mine") dispatch({ type: "tab", tab });
    return taken;
  }

  const actions = {
    toast, open, jump,
    ...createAttaching(store, { toast, newId, moment }),
    ...createFraming(store, outside),
    ...createAsking(store, { toast, explain, onExpired }),
    ...createComposing(store, { open, act: (name, ...given) => actions[name](...given) }),
    ...createHelping(store, { onExpired }),
    ...createLearning(store, { toast, explain, onExpired }),
    ...createListing(store, { toast, explain, open, tag: (...given) => actions.tag(...given) }),
    ...createSearching(store, { onExpired, jump, offerTags: () => actions.offerTags() }),
    ...createJoining(store, { onExpired }),
    ...createQuick(store, { toast, onExpired, attach: (...given) => actions.attach(...given) }),
    ...createPanelActions(store, { toast, explain, onExpired, keepOwn: (...kept) => actions.keepOwn(...kept) }),
    ...createThreadActions(store, { newId, moment, explain, onExpired, copy: (text) => actions.copy(text) }),
    async copy(text) {
      const done = await copy(text);
      const told = text.length > COPIED ? `${text.slice(0, COPIED)}…` : text;
      toast(done ? w("copied", { text: told }) : w("notCopied"), done ? "info" : "warn");
    },
    tab: (tab) => dispatch({ type: "tab", tab }),
    channel(channel) {
      const { channels } = store.state;
      const next = channels.includes(channel) ? channels.filter((each) => each !== channel) : [...channels, channel];
      dispatch({ type: "channels", channels: next.length === CHANNELS.length ? [] : next });
    },
    allChannels: () => dispatch({ type: "channels", channels: [] }),
    more() {
      const keys = nextPages(store.state);
      if (keys.length) dispatch({ type: "listWanted", keys });
    },
    retryList: () => dispatch({ type: "listRetried" }),

    accept: (id) => take(id, "accept"),
    takeOver: (id) => take(id, "takeover"),
    acceptNext() {
      const next = nextWaiting(store.state);
      if (next) take(next.sessionId, "accept");
      else toast(w("nobodyWaits"));
    },
    takeCurrent() {
      const session = current();
      if (session && mayAccept(session)) actions.accept(session.sessionId);
      else if (session && mayTakeOver(session, store.state.me)) actions.takeOver(session.sessionId);
    },
    askRelease: (id) => dispatch({ type: "releasing", id }),
    /** `conclusion` is what came of it, for the assistant; it may be empty. */
    release(id, conclusion) {
      dispatch({ type: "releasing", id: null });
      return change(id, "release", conclusion ? { conclusion } : {});
    },
    /** The platform's own client lets go of the customer, so that she can be answered here. */
    reclaim: (id) => change(id, "reclaim"),
    transfer: (id, toCsId) => change(id, "transfer", toCsId ? { toCsId } : {}),
    close: (id) => closeMany([id]),
    closeMany, keepOpen,
    /** What is ending ends now, since the page is left. */
    closeAllNow: () => [...endings.keys()].forEach((id) => closeNow(id, { keepalive: true })),
    releaseCurrent() {
      const session = current();
      if (session && mayRelease(session, store.state.me, store.state.assistant)) actions.askRelease(session.sessionId);
    },
    closeCurrent() {
      const session = current();
      if (session && mayClose(session, store.state.me)) actions.close(session.sessionId);
    },

    suggestCurrent() {
      const session = current();
      if (!session || !isHelped(session, mayServe(session, store.state.me))) return;
      actions.suggest(session.sessionId);
      actions.mode(session.sessionId, "reply");
    },
    /** Esc: true if there was something to put away. */
    dropCurrentHelp() {
      const id = store.state.selected;
      if (!id || !store.state.helps[id]) return false;
      actions.dropHelp(id);
      return true;
    },
    say(id, text, until) {
      actions.dropHelp(id);
      const drafted = isAsDrafted(store.state, id, text);
      dispatch({ type: "said", id, clientMsgId: newId(), csId: me(), content: text, drafted, now: moment(), until });
    },
    /** `card` is `{msgType, fields, fileId, shown}`. */
    sayCard(id, card) {
      dispatch({ type: "said", id, clientMsgId: newId(), csId: me(), content: "", card, now: moment() });
      dispatch({ type: "carding", id: null });
    },
    /** `begun` is `{kind, form}`, where she has chosen what it is about. */
    writeCard: (id, begun = null) => dispatch({ type: "carding", id, begun }),
    sayAgain(id, clientMsgId) {
      actions.uploadAgain(clientMsgId);
      dispatch({ type: "saying", id, clientMsgId, state: "queued", reason: "" });
    },
    unsay: (id, clientMsgId) => dispatch({ type: "unsaid", id, clientMsgId }),
    older: (id) => dispatch({ type: "olderWanted", id }),
    retryHistory: (id) => dispatch({ type: "historyRetried", id }),
    atBottom: (atBottom) => atBottom !== store.state.reading.atBottom && dispatch({ type: "reading", atBottom }),

    refresh() {
      dispatch({ type: "resync" });
      live.probe();
    },
    reconnect: () => live.retryNow(),
    help: (open) => dispatch({ type: "help", open }),
    look: (picture) => dispatch({ type: "looking", picture }),
    closeCheckup: () => dispatch({ type: "checkup", open: false }),
    async checkUp() {
      const asked = store.state.checkup.phase === "asking"; // before it was closed, and is not answered yet
      dispatch({ type: "checkup", open: true, phase: "asking", error: null });
      if (asked) return;
      const answer = await api.get("/api/doctor", {}, { patience: CHECKUP });
      if (answer.ok) dispatch({ type: "checkup", phase: "ready", report: answer.data });
      else dispatch({ type: "checkup", phase: "failed", error: answer.message });
      if (answer.status === 401) onExpired();
    },
    dismiss: (id) => dispatch({ type: "toastGone", id }),
  };
  return actions;
}

let last = 0;

/** Now, and never the same twice: what is said in one breath keeps its order. */
function moment() {
  last = Math.max(last + 1, Date.now());
  return last;
}

/** 32 hexadecimal characters. `crypto.randomUUID` is missing on plain http, which is how many offices run. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
