/*
 * Sessions in the state: which of two is the newer, how many there are, and what each tab lists. Pure.
 *
 * All sessions we know lie in one table, whoever told us of them. A tab is a filter over that table, bounded by how far
 * its rows were loaded: so an event moves a row from tab to tab without any list being told.
 */

import { withoutDraft } from "./drafts.js";
import { withHandoff } from "./handoffs.js";
import { isMine } from "./rights.js";
import { noteTransition } from "./threads.js";

export const TABS = ["pending", "mine", "ai", "all", "closed"];
export const CHANNELS = ["wechat", "douyin", "jd"];

const STATUSES = {
  pending: ["pending"], mine: ["manual"], ai: ["ai"], all: ["pending", "manual", "ai"], closed: ["closed"],
};
const WHOLE = 1000; // rows of a queue that is worked through: all of it, as far as one answer goes
const CLOSED_KEPT = 100;
const PAGE = 50; // rows of what is only looked at

/** A session as an event (`live`) or an answer told it. The newer version wins; one told twice changes nothing. */
export function seesSession(state, { handoff, ...told }, how = {}) {
  return withHandoff(withSession(state, told, how), told.sessionId, handoff);
}

function withSession(state, told, { live = false, counted = false }) {
  const session = timed(told);
  const id = session.sessionId;
  const known = state.sessions[id];
  if (known && known.version > session.version) return sure(state, id);
  const newer = known?.version === session.version ? { ...session, ...known, ...session } : session;
  if (known && same(known, newer)) return sure(state, id);
  let next = { ...state, sessions: { ...state.sessions, [id]: newer } };
  if (known) next = noteTransition(next, known, newer);
  if (!counted) next = recount(next, known, newer, live);
  return sure(newer.status === "closed" ? withoutDraft(next, id) : next, id);
}

/** Moments as numbers beside their texts: texts with offsets do not sort across a change of summer time. */
const timed = (session) => ({
  ...session, updated: Date.parse(session.updatedAt),
  waiting: session.waitingSince ? Date.parse(session.waitingSince) : Infinity,
});

/** Nothing of what we know may be relied on any more: shown until it is loaded again. */
export function doubtAll(state) {
  const doubtful = Object.fromEntries(Object.keys(state.sessions).map((id) => [id, true]));
  return { ...state, doubtful, lists: {}, round: state.round + 1 };
}

function sure(state, id) {
  if (!state.doubtful[id]) return state;
  const { [id]: _, ...doubtful } = state.doubtful;
  return { ...state, doubtful };
}

function same(one, other) {
  const names = Object.keys(other);
  return names.length === Object.keys(one).length && names.every((name) => one[name] === other[name]);
}

/** A page that is open all day does not gather what has ended: once there is much of it, only what is open stays. */
export function forgetClosed(state) {
  if (state.tab === "closed") return state;
  const closed = Object.keys(state.sessions).filter((id) => state.sessions[id].status === "closed");
  if (closed.length <= CLOSED_KEPT) return state;
  const gone = new Set(closed.filter((id) => id !== state.selected && !state.acts[id]));
  const [sessions, speakers, doubtful] = [state.sessions, state.speakers, state.doubtful].map(
    (table) => Object.fromEntries(Object.entries(table).filter(([id]) => !gone.has(id))),
  );
  const lists = Object.fromEntries(Object.entries(state.lists).filter(([key]) => !key.startsWith("closed:")));
  return { ...state, sessions, speakers, doubtful, lists };
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

const sameBucket = (one, other) => one.status === other.status && one.manualCsId === other.manualCsId;

function add(counts, session, me, by) {
  if (session.status === "closed") return;
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
export function unreadOfMine(state) {
  const rows = Object.keys(state.sessions).map((id) => shownSession(state, id));
  return rows.reduce((sum, row) => sum + (state.me && isMine(row, state.me) ? row.unread ?? 0 : 0), 0);
}

/** A session as the page shows it: with what the agent did just now as if it were done. */
export function shownSession(state, id) {
  const session = state.sessions[id];
  const act = state.acts[id];
  if (!session || !act) return session;
  if (act === "accept" || act === "takeover") return { ...session, status: "manual", manualCsId: state.me.csId };
  if (act === "close") return { ...session, status: "closed" };
  return session;
}

// Lists

/** The queries whose rows a tab shows, each with the key under which `state.lists` keeps how far it was loaded. */
export function sources(state, tab = state.tab) {
  const channels = state.channels.length ? state.channels : [null];
  return STATUSES[tab].flatMap((status) => channels.map((channelType) => {
    const query = { status, limit: tab === "pending" || tab === "mine" ? WHOLE : PAGE };
    if (channelType) query.channelType = channelType;
    if (tab === "mine") query.csId = state.me.csId;
    if (tab === "pending") query.sort = "waitingSince"; // whoever does not fit must not be who waits longest
    return { key: [status, channelType ?? "", query.csId ?? "", query.sort ?? ""].join(":"), query };
  }));
}

const listOf = (state, key) => state.lists[key] ?? { phase: "wanted", edge: null, cursor: null };

/** A page of rows came. `cursor` is null with the last one. */
export function listLoaded(state, { key, query, rows, cursor }) {
  const before = listOf(state, key);
  const edge = cursor ? placeIn(query, timed(rows.at(-1))) : null;
  let next = rows.reduce((state, row) => seesSession(state, row), state);
  next = evict(next, query, before.edge, edge, new Set(rows.map((row) => row.sessionId)));
  return { ...next, lists: { ...next.lists, [key]: { phase: "ready", edge, cursor } } };
}

/** What we doubted, and what is not where the server would have listed it, is no longer so. */
function evict(state, query, from, edge, listed) {
  const gone = Object.keys(state.doubtful).filter((id) => {
    const session = state.sessions[id];
    const place = placeIn(query, session);
    return !listed.has(id) && id !== state.selected && answers(session, query) && place !== -Infinity
      && (edge === null || place >= edge) && (from === null || place <= from);
  });
  if (!gone.length) return state;
  const sessions = { ...state.sessions };
  const doubtful = { ...state.doubtful };
  for (const id of gone) {
    delete sessions[id];
    delete doubtful[id];
  }
  return { ...state, sessions, doubtful };
}

/** Where a row stands in the order it is asked for in: the first has the greatest number. -Infinity is not listed. */
const placeIn = (query, session) => (query.sort === "waitingSince" ? -session.waiting : session.updated);

const answers = (session, { status, channelType, csId }) =>
  session.status === status && (!channelType || session.channelType === channelType)
  && (!csId || session.manualCsId === csId);

/** What the list pane shows: rows in their order, whether there are more, and what stands in the way. */
export function shownList(state) {
  const lists = sources(state).map(({ key, query }) => ({ ...listOf(state, key), query }));
  const edge = lists.reduce((edge, list) => (list.edge !== null ? Math.max(list.edge, edge) : edge), -Infinity);
  const rows = Object.keys(state.sessions)
    .map((id) => shownSession(state, id))
    .filter((row) => lists.some(({ query }) => answers(row, query) && placeIn(query, row) >= edge))
    .sort(ORDERS[state.tab] ?? byUpdate);
  return {
    ids: rows.map((row) => row.sessionId),
    loading: lists.some((list) => list.phase === "wanted" || list.phase === "loading"),
    more: lists.some((list) => list.cursor),
    error: lists.find((list) => list.phase === "failed")?.error ?? null,
  };
}

/**
 * The rows while pointer or keyboard are among them: nothing moves, what is new waits, and only what would stand below
 * them all is added. `updates` is how much waits.
 */
export function heldOrder(held, ids) {
  const fresh = new Set(ids);
  const known = new Set(held);
  const last = Math.max(-1, ...ids.map((id, index) => (known.has(id) ? index : -1)));
  const below = ids.slice(last + 1);
  const inserted = ids.slice(0, last + 1).filter((id) => !known.has(id)).length;
  const kept = held.filter((id) => fresh.has(id));
  const gone = held.length - kept.length;
  const moved = ids.filter((id) => known.has(id)).some((id, index) => id !== kept[index]);
  return { ids: [...held, ...below], updates: inserted + gone || (moved ? 1 : 0) };
}

/** The sources whose next page has to come before the list can go on. */
export function nextPages(state) {
  const open = sources(state).filter(({ key }) => listOf(state, key).phase === "ready" && listOf(state, key).cursor);
  const edges = open.map(({ key }) => listOf(state, key).edge);
  return open.filter(({ key }) => listOf(state, key).edge === Math.max(...edges)).map(({ key }) => key);
}

const byUpdate = (one, other) => compare(other.updated, one.updated) || compare(one.sessionId, other.sessionId);

/** Who has waited longest comes first, then whatever moved last. */
const byUrgency = (one, other) =>
  compare(one.waiting, other.waiting) || byUpdate(one, other);

const ORDERS = { pending: byUrgency, mine: byUrgency };

const compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0);
