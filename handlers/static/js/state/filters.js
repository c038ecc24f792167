/*
 * How the list is narrowed and ordered: `state.filters`, beside `state.tab` and `state.channels`. Pure.
 *
 * What the agent types (`filters.q`) narrows what is loaded at once; `state.sought` follows it after a pause and is what
 * the server is asked for, so that no request leaves for half a word.
 */

import { CHANNELS, TABS } from "./sessions.js";
import { failures } from "./threads.js";
import { isOverdue } from "./urgency.js";
import { mayRead } from "./rights.js";

export const SORTS = ["urgent", "recent", "waiting", "created"]; // the first is what is usual
export const SWITCHES = ["failed", "overdue", "remind", "mentions"];
export const NO_FILTERS = {
  sort: SORTS[0], q: "", tags: [], agents: [], failed: false, overdue: false, remind: false, mentions: false,
};

/** How much of what the list could show is asked not to be shown; the order hides nothing. */
export function filterCount({ filters, channels }) {
  const on = SWITCHES.filter((name) => filters[name]).length;
  return on + filters.tags.length + filters.agents.length + (filters.q ? 1 : 0) + (channels.length ? 1 : 0);
}

/** Whether a row is among what the filters let through. Tab and channels are the queries' business. */
export function passes(state, session) {
  const { filters: { q, tags, agents, failed, overdue, remind, mentions } } = state;
  const id = session.sessionId;
  return (!q || finds(state, session, q.toLowerCase()))
    && (!tags.length || tags.some((tag) => session.tags?.includes(tag)))
    && (!agents.length || agents.includes(session.manualCsId))
    && (!failed || undelivered(state, id) > 0)
    && (!overdue || isOverdue(state, session))
    && (!remind || Boolean(state.reminders?.[id]))
    && (!mentions || Boolean(state.mentioned[id]));
}

function finds(state, session, text) {
  const { customerName, customerRemark, customerId, sessionId, lastMessage } = session;
  const names = [customerName, customerRemark, customerId, sessionId, mayRead(session, state.me) ? lastMessage : ""];
  return names.some((name) => name?.toLowerCase().includes(text));
}

/** How many of a session's messages did not arrive, whether the server told or this page saw it. */
export const undelivered = (state, id) => Math.max(state.failed[id] ?? 0, failures(state, id));

/** What of a list's address or of what was kept makes sense; everything else is as usual. */
export function fitting({ sort, q, tags, agents, ...switches }) {
  const texts = (some) => (Array.isArray(some) ? some.filter((text) => typeof text === "string" && text) : []);
  return {
    sort: SORTS.includes(sort) ? sort : SORTS[0], q: typeof q === "string" ? q : "", tags: texts(tags), agents: texts(agents),
    ...Object.fromEntries(SWITCHES.map((name) => [name, switches[name] === true])),
  };
}

export const FILTER_REDUCERS = {
  filtered: (state, { change }) => ({ ...state, filters: { ...state.filters, ...change }, checked: {} }),
  sought: (state) => (state.sought === state.filters.q ? state : forgetLists({ ...state, sought: state.filters.q })),
  filtersCleared: (state) => forgetLists({
    ...state, channels: [], sought: "", filters: { ...NO_FILTERS, sort: state.filters.sort }, checked: {},
  }),
  /** What an address or what was kept says of the list. */
  placed: (state, { tab, channels, filters }) => {
    const told = fitting(filters);
    if (state.placed && tab === state.tab && says(channels, state.channels) && says(told, state.filters)) return state;
    const next = { ...state, placed: true, tab: TABS.includes(tab) ? tab : state.tab, sought: told.q };
    next.channels = kept(state.channels, CHANNELS.filter((channel) => channels.includes(channel)));
    next.filters = kept(state.filters, told);
    return forgetLists(next);
  },
  /** As she left it, unless the address says otherwise. */
  placedAsKept: (state, { kept: { channels = [], filters = {} } }) => (state.placed ? state
    : { ...FILTER_REDUCERS.placed(state, { tab: null, channels, filters }), placed: false }),
  placedAt: (state, { m, n = null }) => (state.place.m === m && state.place.n === n ? state : { ...state, place: { m, n } }),
};

/** The same thing where it says the same, so that nobody takes it for news. */
const kept = (before, after) => (says(before, after) ? before : after);

const says = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** A search that is over is loaded again when it is made again: what was typed in a day is not kept. */
function forgetLists(state) {
  const kept = Object.entries(state.lists).filter(([key]) => !key.includes(":q=") || key.includes(`:q=${state.sought}:`));
  return { ...state, lists: Object.fromEntries(kept) };
}

/** A colleague wrote a note, or wrote one anew, that names this agent. */
export function hearsMention(state, { sessionId, data }) {
  if (!data.mentions?.includes(state.me?.csId) || state.mentioned[sessionId]) return state;
  return { ...state, mentioned: { ...state.mentioned, [sessionId]: true } };
}
