/*
 * Everything the page knows, and how each event changes it. Pure: no DOM, no network, no clock; time comes with events.
 *
 * `reduce(state, event)` returns the next state, and the same one if nothing changed. An event applied twice leaves the
 * state as it was, so what comes by the socket and what comes as an answer may overtake each other.
 */

import { abilitiesTold } from "./abilities.js";
import { BELL_REDUCERS } from "./bell.js";
import { BLOCKING_REDUCERS } from "./blocking.js";
import { CHECKING_REDUCERS } from "./checking.js";
import { DEED_REDUCERS } from "./deeds.js";
import { DRAFT_REDUCERS, written } from "./drafts.js";
import { EARLIER_REDUCERS } from "./earlier.js";
import { FILE_REDUCERS } from "./files.js";
import { FILTER_REDUCERS, hearsMention } from "./filters.js";
import { FRAME_REDUCERS } from "./frame.js";
import { handoffAsked } from "./handoffs.js";
import { HELP_REDUCERS } from "./helps.js";
import { HOLDING_REDUCERS, QUEUE_FRESH } from "./holding.js";
import { initial } from "./initial.js";
import { JOINING_REDUCERS } from "./joining.js";
import { JUDGING_REDUCERS } from "./judging.js";
import { listLoaded } from "./lists.js";
import { LOOKUP_REDUCERS } from "./lookups.js";
import { PREFERENCE_REDUCERS } from "./preferences.js";
import { QUICK_REDUCERS } from "./quick.js";
import { newsBeside, withNews } from "./news.js";
import { NOTE_REDUCERS, doubtNotes, hearsNote } from "./notes.js";
import { PEOPLE_REDUCERS, customerTold } from "./people.js";
import { PHONE_REDUCERS, mayHoldPhone } from "./phones.js";
import { RECALL_REDUCERS } from "./recalls.js";
import { REMINDER_REDUCERS } from "./reminders.js";
import { isMine } from "./rights.js";
import { SERVED_REDUCERS } from "./served.js";
import { SEARCH_REDUCERS } from "./searching.js";
import { doubtAll, forgetClosed, manyTold, seesSession, withSpeaker } from "./sessions.js";
import {
  afterBinding, doubtThreads, hearsMessages, historyLoaded, openThread, threadOf, turnTo, withOutgoing,
  withThread,
} from "./threads.js";
import { heardVersion } from "./version.js";

export { initial };

const PONG_FRESH = 35_000; // ms; after that nobody may believe that the page is up to date
export const LONGEST_REPLY = 2000; // characters; platforms take about as much, and no customer reads more
const CUT_SHOWS = 5000; // ms; a shorter cut is nobody's business

export function reduce(state, event) {
  return REDUCERS[event.type]?.(state, event) ?? state;
}

const REDUCERS = {
  ticked: (state, { now }) => ({ ...state, now }),
  preferred: (state, { name, value }) =>
    (state.prefs[name] === value ? state : { ...state, prefs: { ...state.prefs, [name]: value } }),
  restored: (state, { type, tab, ...kept }) => ({ ...state, ...kept, tab: (!state.placed && tab) || state.tab }),

  // Who I am

  auth: (state, { type, ...change }) => ({ ...state, auth: { ...state.auth, error: null, busy: false, ...change } }),
  entered: (state, { me, required }) => ({
    ...state, me, auth: { ...initial.auth, phase: "in", required },
  }),
  left: ({ now, prefs, selected, place, reading, line, auth, version, desktop }) => ({
    ...initial, now, prefs, selected, place, reading, version, desktop,
    line: { ...initial.line, online: line.online },
    auth: { ...auth, phase: "choose" },
  }),
  agents: (state, { agents }) => ({ ...state, agents }),

  // The line

  connecting: (state) => withLine(state, { phase: "connecting" }),
  lost: (state, { retryAt, now }) => ({
    ...withLine(state, { phase: "waiting", retryAt, pongAt: 0, lostAt: state.line.lostAt || now }), now,
  }),
  online: (state, { online }) => withLine(state, { online }),
  hello: (state, { frame, now }) => ({
    ...withLine(state, { phase: "open", retryAt: 0 }),
    me: frame.me,
    skew: Date.parse(frame.serverTime) - now,
    abilities: abilitiesTold(frame.channels),
    assistant: frame.assistant ?? {},
    version: heardVersion(state, frame.version),
    forbidden: frame.forbidden ?? [],
    shop: frame.shop ?? "",
    socket: frame.socket ?? null,
    tags: frame.tags ?? [],
    attributes: frame.attributes ?? [],
    remembered: false, // reminders may have moved while we were away
    bell: { ...state.bell, phase: "wanted" },
    counts: frame.counts,
    countsAt: frame.eventId,
    viewing: frame.viewing ?? {},
    threads: mapValues(state.threads, (thread) => (thread.failed ? { ...thread, failed: null } : thread)),
    lists: retriedLists(state),
    outgoing: mapValues(state.outgoing, (said) => said.map((each) => afterCut(each, now))),
  }),
  pong: (state, { frame, now }) => ({
    ...withLine(state, { pongAt: now, freshAt: now, lostAt: 0, online: true }), // whatever the browser thinks of its network
    now,
    skew: Date.parse(frame.serverTime) - now,
    counts: frame.counts ?? state.counts,
    countsDoubtful: frame.counts ? false : state.countsDoubtful,
  }),
  bound: (state, { id }) => afterBinding(state, id),
  heard: (state, { frame }) => hears({ ...state, serial: state.serial + 1 }, frame),
  /** Many at once. */
  caughtUp: (state, { frames }) => manyTold(
    state, (start) => frames.reduce((state, frame) => REDUCERS.heard(state, { frame }), start),
  ),
  resync: (state) => ({ ...doubtNotes(doubtThreads(doubtAll(state))), countsDoubtful: true }),

  // What was asked for

  listLoading: (state, { key }) => withList(state, key, { phase: "loading" }),
  listLoaded: (state, event) => (event.round === state.round ? listLoaded(state, event) : state),
  listFailed: (state, { key, again, error, round }) =>
    (round === state.round ? withList(state, key, { phase: "failed", again, error }) : state),
  listWanted: (state, { keys }) => keys.reduce((state, key) => withList(state, key, { phase: "more" }), state),
  listRetried: (state) => ({ ...state, lists: retriedLists(state) }),
  sessionLoaded: (state, { session }) =>
    handoffAsked(seesSession(state, session, { whole: true }), session.sessionId),
  sessionTold: (state, { session }) => seesSession(state, session),
  sessionMissing: (state, { id, error }) => ({ ...state, missing: { ...state.missing, [id]: error } }),
  historyLoading: (state, { id }) => withThread(state, id, { busy: true }),
  historyLoaded: (state, event) => (event.round === state.round
    ? noteSpeaker(historyLoaded(state, event), event.id, event.messages.at(-1)) : state),
  historyFailed: (state, { id, error, round }) =>
    (round === state.round ? withThread(state, id, { busy: false, older: false, failed: error }) : state),
  historyRetried: (state, { id }) => withThread(state, id, { failed: null }),
  olderWanted: (state, { id }) => (threadOf(state, id).older ? state : withThread(state, id, { older: true })),
  laterWanted: (state, { id }) => (threadOf(state, id).later ? state : withThread(state, id, { later: true })),

  // Looking

  selected: (state, { id }) => {
    if (id === state.selected) return state;
    const { [id]: _, ...missing } = state.missing;
    const reading = { ...state.reading, atBottom: true };
    const next = {
      ...state, selected: id, missing, lookups: {}, revealed: {}, reading, jump: null,
      blocking: null, carding: null, releasing: null, teaching: null,
      panel: { ...state.panel, over: false }, finding: state.finding?.id === id ? state.finding : null,
    };
    return id ? openThread(doubtNotes(next, id), id) : next;
  },
  /** To a message of a session, or to a note after it, or to its end with `seq` null. */
  jumped: (state, { id, seq, offset, note = null }) =>
    ({ ...turnTo(state, id, note ? Math.max(1, seq) : seq), jump: { id, seq, offset, note } }),
  tab: (state, { tab }) => (tab === state.tab ? state : forgetClosed({ ...state, tab, checked: {} })),
  channels: (state, { channels }) => ({ ...state, channels, checked: {} }),
  reading: (state, { type, ...change }) => ({ ...state, reading: { ...state.reading, ...change } }),
  help: (state, { open }) => ({ ...state, help: open }),
  raw: (state, { message }) => ({ ...state, raw: message }),
  looking: (state, { picture }) => ({ ...state, looking: picture }),
  checkup: (state, { type, ...change }) => ({ ...state, checkup: { ...state.checkup, ...change } }),

  carding: (state, { id, begun = null }) => ({ ...state, carding: id, cardBegun: begun }),
  teaching: (state, { answer }) => ({ ...state, teaching: answer }),
  releasing: (state, { id }) => ({ ...state, releasing: id }),

  ...BELL_REDUCERS,
  ...BLOCKING_REDUCERS,
  ...CHECKING_REDUCERS,
  ...DEED_REDUCERS,
  ...DRAFT_REDUCERS,
  ...EARLIER_REDUCERS,
  ...FILE_REDUCERS,
  ...FILTER_REDUCERS,
  ...FRAME_REDUCERS,
  ...HELP_REDUCERS,
  ...HOLDING_REDUCERS,
  ...JOINING_REDUCERS,
  ...JUDGING_REDUCERS,
  ...LOOKUP_REDUCERS,
  ...PREFERENCE_REDUCERS,
  ...QUICK_REDUCERS,
  ...NOTE_REDUCERS,
  ...PEOPLE_REDUCERS,
  ...PHONE_REDUCERS,
  ...RECALL_REDUCERS,
  ...REMINDER_REDUCERS,
  ...SEARCH_REDUCERS,
  ...SERVED_REDUCERS,

  // Doing: shown at once, and taken back if the server refuses

  acting: (state, { id, act }) => ({ ...state, acts: { ...state.acts, [id]: act } }),
  acted: (state, { id, session }) => {
    const { [id]: _, ...acts } = state.acts;
    const next = { ...state, acts };
    return session ? { ...seesSession(next, session), countsDoubtful: true } : next;
  },
  ending: (state, { id, on }) => {
    const { [id]: _, ...endings } = state.endings;
    return { ...state, endings: on ? { ...endings, [id]: true } : endings };
  },
  /** `card` is `{msgType, fields, fileId, shown}`; what was being written stays beside it. It waits `until`, if at all. */
  said: (state, { id, clientMsgId, csId, content, card = {}, drafted, now, until }) => withOutgoing(
    content ? REDUCERS.otherDropped(written(state, "reply", id, "", now), { id, mode: "reply" }) : state, id,
    (said) => [...said, { clientMsgId, csId, content, ...card, drafted, at: now, until, state: "queued" }],
  ),
  saying: (state, { id, clientMsgId, ...change }) => withOutgoing(
    state, id, (said) => said.map((each) => (each.clientMsgId === clientMsgId ? { ...each, ...change } : each)),
  ),
  unsaid: (state, { id, clientMsgId }) => withOutgoing(
    state, id, (said) => said.filter((each) => each.clientMsgId !== clientMsgId),
  ),
  stored: (state, { message, asked }) => {
    const next = hearsMessages(state, message.sessionId, [message], asked);
    return noteSpeaker(next, message.sessionId, message);
  },
  retrying: (state, { msgId, on }) => {
    const { [msgId]: _, ...others } = state.retrying;
    return { ...state, retrying: on ? { ...others, [msgId]: true } : others };
  },
  toast: (state, { toast }) => ({ ...state, toasts: [...state.toasts.slice(-3), toast] }),
  toastGone: (state, { id }) => ({ ...state, toasts: state.toasts.filter((toast) => toast.id !== id) }),
};

/** An event of the server. Sessions are ordered by their version, messages by their seq. */
function hears(state, frame) {
  const id = frame.sessionId;
  const before = state.sessions[id];
  const session = frame.session ?? (frame.data.msgId || frame.data.noteId ? null : frame.data);
  let next = frame.data.noteId ? hearsNote(hearsMention(state, frame), frame.data) : state;
  if (frame.data.msgId) {
    const message = { ...frame.data, heard: state.serial };
    next = hearsMessages(next, id, [message], state.serial);
    if (frame.type === "new_message" || next.speakers[id]?.upTo === message.seq) next = noteSpeaker(next, id, message);
    next = doubtFailed(next, id, message);
    if (frame.type === "new_message" && mayHoldPhone(message)) next = PEOPLE_REDUCERS.personDoubted(next, { id });
  }
  if (session) next = seesSession(next, session, { live: true, counted: frame.eventId <= state.countsAt });
  if (session) next = customerTold(next, before, id);
  const kind = session && !(before?.version >= session.version) && kindOfNews(next, frame, before);
  if (kind) next = withNews(next, { kind, id });
  const beside = newsBeside(next, frame);
  if (beside) next = withNews(next, beside);
  return session?.status === "closed" ? forgetClosed(next) : next;
}

/** What an event is to this agent; nothing if she did it herself. */
function kindOfNews(state, { type, sessionId: id, data }, before) {
  const { me, sessions: { [id]: after }, selected, reading, acts } = state;
  if (after.blocked) return null;
  const began = type === "new_pending_session" && after.status === "pending"; // told late, it may wait no more
  if (began && (before?.status !== "pending" || before.blocked)) return "waiting";
  const mine = isMine(after, me);
  const read = selected === id && reading.visible;
  if (after.status === "ai") return isHersAlone(state, before, after, data) ? "aiSaid" : null;
  if (type === "new_message") {
    if (!mine || data.senderType !== "customer") return null;
    return read ? ofWhatIsRead(state) : "said";
  }
  if (acts[id] || after.status !== "manual" || (before && before.status !== "manual")) return null;
  if (mine) return before && isMine(before, me) ? null : "received";
  return before && isMine(before, me) ? "lost" : null;
}

/** What she reads already is no news, unless she wants to hear it. */
const ofWhatIsRead = ({ own }) => (own.notify?.events?.reading?.sound ? "reading" : null);

/** A customer's words to the assistant, for who wants to hear of them. */
function isHersAlone({ own }, before, after, { msgId, senderType }) {
  if (own.notify?.quietAi !== false || after.messageCount <= (before?.messageCount ?? 0)) return false;
  return (msgId ? senderType : after.lastSaid?.senderType) === "customer";
}

/** What was put aside is no last word; what is, only the server may know. */
function noteSpeaker(state, id, message) {
  if (!message || message.delivery?.dismissedAt) return state;
  return withSpeaker(state, id, { ...message, seconds: message.fields?.seconds, recalled: Boolean(message.recalledAt) });
}

/** What became of a message may change how many did not arrive: that is asked for. */
function doubtFailed(state, id, { delivery }) {
  const may = delivery && state.sessions[id] && (delivery.state === "failed" || state.failed[id]);
  return may && !state.recounting[id] ? { ...state, recounting: { ...state.recounting, [id]: true } } : state;
}

/** A reply whose answer was lost goes again under its id, unless it is too old to go unasked. */
function afterCut(said, now) {
  const waits = said.state === "queued" || (said.state === "unconfirmed" && said.lost);
  if (!waits) return said;
  return { ...said, state: now - said.at < QUEUE_FRESH ? "queued" : "unconfirmed", lost: false, resting: false };
}

const withLine = (state, change) => ({ ...state, line: { ...state.line, ...change } });
const withList = (state, key, change) => ({
  ...state, lists: { ...state.lists, [key]: { edge: null, cursor: null, ...state.lists[key], ...change } },
});

const retriedLists = ({ lists }) =>
  mapValues(lists, (list) => (list.phase === "failed" ? { ...list, phase: list.again } : list));

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

// Reading the state

/** How the line is, for the pill: `ok` only with a fresh pong, and with all that is shown. */
export function lineState({ line, now, auth, lists }) {
  const missing = Object.values(lists).some((list) => list.phase === "failed");
  if (line.phase === "open") return now - line.pongAt < PONG_FRESH && !missing ? "ok" : "stale";
  if (!line.online) return "offline";
  return auth.phase === "expired" ? "stale" : "reconnecting";
}

/** Since when we know nothing new, once that is worth a word; 0 while all is well. */
export function outOfDateSince({ line, now }) {
  return line.lostAt && now - line.lostAt > CUT_SHOWS ? line.freshAt : 0;
}

export function agentName({ agents, me }, csId) {
  if (csId === me?.csId) return me.name;
  return agents.find((agent) => agent.csId === csId)?.name ?? csId ?? "";
}

/** Whether somebody of the merchant's said it in the platform's own client: it was not ours to bring. */
export const isOfStaff = ({ senderType, delivery, unsent }) => senderType === "manual" && !delivery && !unsent;

export const serverNow = ({ now, skew }) => now + skew;

/** As the agents call her, or she herself. */
export const customerName = (session) => session.customerRemark || session.customerName || session.customerId;

/** Who has waited longest of those who wait for an agent. */
export function nextWaiting(state) {
  return Object.values(state.sessions)
    .filter((session) => session.status === "pending" && !session.blocked
      && !state.acts[session.sessionId] && !state.endings[session.sessionId])
    .reduce((first, session) => (first && first.waiting <= session.waiting ? first : session), null);
}
