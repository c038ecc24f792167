/*
 * What a tab lists: which queries bring its rows, how far each was loaded, and what is shown of it. Pure.
 *
 * A tab is a filter over the table of sessions, bounded by how far its rows were loaded: so an event moves a row from
 * tab to tab without any list being told. Where it stands by urgency, those who wait are one run of pages and the rest,
 * newest first, another that begins where the first one ends.
 */

import { passes } from "./filters.js";
import { remembered } from "./remembered.js";
import { seesSessions, shownSession, timed } from "./sessions.js";
import { orderOf, waits } from "./urgency.js";

const STATUSES = {
  pending: ["pending"], mine: ["manual"], ai: ["ai"], all: ["pending", "manual", "ai"], closed: ["closed"],
};
const WHOLE = 1000; // rows of a queue that is worked through: all of it, as far as one answer goes
const PAGE = 50; // rows of what is only looked at
const WAITING = ["pending", "manual"]; // where somebody may wait for an agent

/** The queries whose rows a tab shows, each with the key under which `state.lists` keeps how far it was loaded. */
export const sources = remembered(
  ({ tab, channels, filters, sought, me }) => [tab, channels, filters, sought, me], (state) => sourcesOf(state),
);

/** Who waits must be known on any tab, whatever is filtered there. */
export const queue = remembered(
  ({ me }) => [me], ({ me }) => sourcesOf({ me, tab: "pending", channels: [], sought: "", filters: UNFILTERED }),
);
const UNFILTERED = { sort: "urgent", tags: [], agents: [], failed: false };

function sourcesOf({ tab, channels, filters, sought, me }) {
  const byWait = filters.sort === "urgent" || filters.sort === "waiting";
  const sort = filters.sort === "created" ? "createdAt" : tab === "pending" && byWait ? "waitingSince" : null;
  const runs = tab === "all" && byWait
    ? [...WAITING.map((status) => ({ status, sort: "waitingSince" })), ...STATUSES.all.map((status) => ({ status, rest: true }))]
    : STATUSES[tab].map((status) => ({ status, sort }));
  const limit = tab === "pending" || tab === "mine" ? WHOLE : PAGE;
  const asked = { failed: filters.failed, mentions: filters.mentions && me.csId };
  const any = (some) => (some.length ? some : [null]);
  return runs.flatMap(({ status, rest = false, ...run }) => holders(tab, status, filters, me).flatMap(
    (csId) => any(channels).flatMap((channelType) => any(filters.tags).map((tag) => {
      const query = told({ status, limit, ...run, csId, channelType, tag, q: sought, ...asked });
      return { key: keyOf(query, rest), query, rest };
    })),
  ));
}

/** Whose sessions are asked for: null is anybody's. Nobody holds what waits or is with the assistant. */
function holders(tab, status, { agents }, me) {
  if (tab === "mine") return [me.csId];
  if (!agents.length) return [null];
  return status === "manual" || status === "closed" ? agents : [];
}

const told = (query) => Object.fromEntries(Object.entries(query).filter(([, value]) => value));

const keyOf = ({ status, channelType = "", csId = "", sort = "", tag = "", failed = "", mentions = "", q = "" }, rest) =>
  `${[status, channelType, csId, sort, rest ? "rest" : "", tag, failed, mentions].join(":")}${q ? `:q=${q}:` : ""}`;

const listOf = (state, key) => state.lists[key] ?? { phase: "wanted", edge: null, cursor: null };

/** A page of rows came. `cursor` is null with the last one. */
export function listLoaded(state, { key, query, rows, cursor }) {
  const before = listOf(state, key);
  const edge = cursor ? placeIn(query, timed(rows.at(-1))) : null;
  let next = seesSessions(state, rows, { whole: true });
  if (query.mentions) next = { ...next, mentioned: { ...next.mentioned, ...idsOf(rows) } };
  next = evict(next, query, before.edge, edge, new Set(rows.map((row) => row.sessionId)));
  return { ...next, lists: { ...next.lists, [key]: { phase: "ready", edge, cursor } } };
}

const idsOf = (rows) => Object.fromEntries(rows.map(({ sessionId }) => [sessionId, true]));

/** What we doubted, and what is not where the server would have listed it, is no longer so. */
function evict(state, query, from, edge, listed) {
  if (query.q || query.failed || query.mentions) return state; // where only the server knows what it finds
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
function placeIn({ sort }, session) {
  if (sort === "waitingSince") return -session.waiting;
  return sort === "createdAt" ? session.created : session.updated;
}

const answers = (session, { status, channelType, csId, tag }) =>
  session.status === status && (!channelType || session.channelType === channelType)
  && (!csId || session.manualCsId === csId) && (!tag || Boolean(session.tags?.includes(tag)));

const dependsOn = (state) => {
  const { sessions, acts, lists, tab, channels, filters, sought, me, reminders } = state;
  const { failed, mentions, overdue } = filters;
  return [
    sessions, acts, lists, tab, channels, filters, sought, me, reminders,
    failed && state.failed, failed && state.threads, failed && state.outgoing, mentions && state.mentioned,
    overdue && Math.floor(state.now / 1000),
  ];
};

let before = []; // ids as they stood: what is nearly in order is quickly put in order

/** What the list pane shows: rows in their order, whether there are more, and what stands in the way. */
export const shownList = remembered(dependsOn, (state) => {
  const lists = sources(state).map((source) => ({ ...listOf(state, source.key), ...source }));
  const run = currentRun(lists);
  const edges = new Map([false, true].map((rest) => [rest, edgeOf(lists.filter((list) => list.rest === rest))]));
  const shows = (row) => passes(state, row) && lists.some(({ query, rest }) => answers(row, query)
    && inRun(row, query, rest) && (!rest || run.rest) && placeIn(query, row) >= edges.get(rest));
  const rows = inTurn(state).filter(shows).sort(orderOf(state));
  before = rows.map((row) => row.sessionId);
  return {
    ids: before,
    loading: lists.some((list) => list.phase === "wanted" || list.phase === "loading"),
    more: lists.some((list) => list.cursor),
    error: lists.find((list) => list.phase === "failed")?.error ?? null,
  };
});

/** All sessions as they are shown, those that stood in the list first and in that order. */
function inTurn(state) {
  const stood = before.filter((id) => state.sessions[id]);
  const known = new Set(stood);
  const others = Object.keys(state.sessions).filter((id) => !known.has(id));
  return [...stood, ...others].map((id) => shownSession(state, id));
}

const edgeOf = (lists) => lists.reduce((edge, list) => (list.edge !== null ? Math.max(list.edge, edge) : edge), -Infinity);

/** The rest comes once all who wait are there. */
const currentRun = (lists) => ({ rest: !lists.some((list) => !list.rest && list.cursor) });

/** Those who wait stand in the run of those who wait, and nowhere else. */
const inRun = (row, { status, sort }, rest) =>
  (rest ? !waits(row) : sort !== "waitingSince" || status === "pending" || waits(row));

/** The sources whose next page has to come before the list can go on. */
export function nextPages(state) {
  const all = sources(state).map(({ key, rest }) => ({ key, rest, ...listOf(state, key) }));
  const { rest } = currentRun(all);
  const open = all.filter((list) => list.phase === "ready" && list.cursor && (rest || !list.rest));
  const edge = Math.max(...open.map((list) => list.edge));
  return open.filter((list) => list.edge === edge).map(({ key }) => key);
}
