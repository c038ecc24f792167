/*
 * Sessions in the state: which of two is the newer, and how many there are. Pure.
 *
 * All sessions we know lie in one table, whoever told us of them; what of it a tab lists is in lists.js.
 */

import { withoutDraft } from "./drafts.js";
import { withHandoff } from "./handoffs.js";
import { remembered } from "./remembered.js";
import { isMine } from "./rights.js";
import { inOneGo, withEntry, withoutEntry } from "./tables.js";
import { noteTransition } from "./threads.js";

export const TABS = ["pending", "mine", "ai", "all", "closed"];
export const CHANNELS = ["wechat", "douyin", "jd"];

const CLOSED_KEPT = 100;

/**
 * A session as an event (`live`) or an answer told it. The newer version wins; one told twice changes nothing. With
 * `whole` the answer also says how many messages did not arrive.
 */
export function seesSession(state, { handoff, lastSaid, failedCount = 0, ...told }, how = {}) {
  let next = withHandoff(withSession(state, told, how), told.sessionId, handoff);
  if (lastSaid) next = withSpeaker(next, told.sessionId, lastSaid, told.messageCount);
  return how.whole ? withFailed(next, told.sessionId, failedCount) : next;
}

/** What `work(state)` makes of a state in which it lets many of them be seen. */
export const manyTold = (state, work) => inOneGo(state, ["sessions", "doubtful", "speakers", "failed", "recounting"], work);

/** Many of them, as an answer tells them. */
export const seesSessions = (state, rows, how) =>
  manyTold(state, (start) => rows.reduce((next, row) => seesSession(next, row, how), start));

/**
 * Who said the last thing, and what kind of thing it was: for the row, whose words do not say. `upTo` is the last message
 * of all; those between did not arrive and were put aside, so that the `text` of this one stands for them.
 */
export function withSpeaker(state, id, told, upTo = told.seq) {
  const { seq, senderType, senderId, msgType = "text", seconds, recalled = false, text } = told;
  const known = state.speakers[id];
  const said = { seq, upTo, senderType, senderId, msgType, seconds, recalled, text };
  if (known && (known.upTo > upTo || same(known, said))) return state;
  return { ...state, speakers: withEntry(state.speakers, id, said) };
}

function withFailed(state, id, count) {
  const next = state.recounting[id] ? { ...state, recounting: withoutEntry(state.recounting, id) } : state;
  if ((next.failed[id] ?? 0) === count) return next;
  return { ...next, failed: withEntry(next.failed, id, count) };
}

function withSession(state, told, { live = false, counted = false }) {
  const session = timed(told);
  const id = session.sessionId;
  const known = state.sessions[id];
  if (known && known.version > session.version) return sure(state, id);
  const newer = known?.version === session.version ? { ...session, ...known, ...session } : session;
  if (known && same(known, newer)) return sure(state, id);
  let next = { ...state, sessions: withEntry(state.sessions, id, newer) };
  if (known) next = noteTransition(next, known, newer);
  if (!counted) next = recount(next, known, newer, live);
  return sure(newer.status === "closed" ? withoutDraft(next, id) : next, id);
}

/**
 * Moments as numbers beside their texts: texts with offsets do not sort across a change of summer time. That she is not
 * blocked, or has no name among agents, is said too, so that it overrules what we knew.
 */
export const timed = (session) => ({
  ...session, blocked: Boolean(session.blocked), customerRemark: session.customerRemark ?? "",
  updated: Date.parse(session.updatedAt), created: Date.parse(session.createdAt),
  waiting: session.waitingSince ? Date.parse(session.waitingSince) : Infinity,
  replyUntil: session.replyWindowUntil ? Date.parse(session.replyWindowUntil) : Infinity,
});

/** Nothing of what we know may be relied on any more: shown until it is loaded again. */
export function doubtAll(state) {
  const doubtful = Object.fromEntries(Object.keys(state.sessions).map((id) => [id, true]));
  return { ...state, doubtful, lists: {}, round: state.round + 1 };
}

function sure(state, id) {
  if (!state.doubtful[id]) return state;
  return { ...state, doubtful: withoutEntry(state.doubtful, id) };
}

function same(one, other) {
  const names = Object.keys(other);
  return names.length === Object.keys(one).length && names.every((name) => alike(one[name], other[name]));
}

/** Lists, as of tags, come anew with each answer. */
const alike = (one, other) => one === other || (Array.isArray(one) && Array.isArray(other)
  && one.length === other.length && one.every((each, index) => each === other[index]));

/** A page that is open all day does not gather what has ended: once there is much of it, only what is open stays. */
export function forgetClosed(state) {
  if (state.tab === "closed") return state;
  const closed = Object.keys(state.sessions).filter((id) => state.sessions[id].status === "closed");
  if (closed.length <= CLOSED_KEPT) return state;
  const gone = new Set(closed.filter((id) => id !== state.selected && !state.acts[id]));
  const [sessions, speakers, doubtful, failed] = [state.sessions, state.speakers, state.doubtful, state.failed].map(
    (table) => Object.fromEntries(Object.entries(table).filter(([id]) => !gone.has(id))),
  );
  const lists = Object.fromEntries(Object.entries(state.lists).filter(([key]) => !key.startsWith("closed:")));
  return { ...state, sessions, speakers, doubtful, failed, lists };
}

// Counts

/** The server's counts hold until an event moves a session we know; one we cannot account for asks for new ones. */
function recount(state, before, after, live) {
  if (!state.counts || (before && sameBucket(before, after))) return state;
  if (!before && !live) return { ...state, countsDoubtful: true };
  if (!before && after.version !== 1) return { ...state, countsDoubtful: true };
  const counts = { ...state.counts };
  if (before) add(counts, before, state.me, -1);
  add(counts, after, state.me, 1);
  return { ...state, counts };
}

const sameBucket = (one, other) =>
  one.status === other.status && one.manualCsId === other.manualCsId && one.blocked === other.blocked;

function add(counts, session, me, by) {
  if (session.status === "closed" || session.blocked) return;
  counts[session.status] += by;
  if (isMine(session, me)) counts.mine += by;
}

/** What stands beside the tabs, with what this agent did just now and the server has not answered yet. */
export function tabCounts(state) {
  if (!state.counts) return {};
  const counts = { ...state.counts };
  for (const id of Object.keys(state.acts)) {
    const session = state.sessions[id];
    if (!session) continue;
    add(counts, session, state.me, -1);
    add(counts, shownSession(state, id), state.me, 1);
  }
  const { pending, mine, ai, manual } = counts;
  return { pending, mine, ai, all: pending + manual + ai };
}

/** How much customers said in this agent's own sessions that she has not read. */
export const unreadOfMine = remembered(({ sessions, acts, me }) => [sessions, acts, me], (state) => {
  let sum = 0;
  for (const id in state.sessions) {
    const row = shownSession(state, id);
    if (row.unread && state.me && isMine(row, state.me)) sum += row.unread;
  }
  return sum;
});

/** A session as the page shows it: with what the agent did just now as if it were done. */
export function shownSession(state, id) {
  const session = state.sessions[id];
  const act = state.acts[id];
  if (!session || !act) return session;
  if (act === "accept" || act === "takeover") return { ...session, status: "manual", manualCsId: state.me.csId };
  if (act === "close") return { ...session, status: "closed" };
  return session;
}
