/*
 * What an agent is told of wherever she looks, and how: by tone, on her desktop, on the bell. Pure: `decide(state,
 * memory)` gives the tone and the notices of this moment and what is to be remembered until the next, so the same
 * state at the same time tells the same.
 *
 * Who waits for somebody rings every ten seconds until somebody accepts, and a customer of hers over the limit calls
 * every half minute; both give up after six times, since a tone nobody heeds is noise.
 */

import { remembered } from "./remembered.js";
import { isMine } from "./rights.js";
import { serverNow } from "./state.js";
import { urgency } from "./urgency.js";

const AGAIN = 10_000; // ms between two rings for the same customer
const CLOCK_AGAIN = 30_000; // ms between two calls of customers over the limit
const CAP = 6; // times that somebody is called for
const APART = 3000; // ms between two tones of a kind; a burst of customers is one tone
const LOST = 30_000; // ms without a line that are worth a tone

/** What she can be told of: its tone, and whether it is heard and shown on the desktop unless she wants otherwise. */
export const EVENTS = {
  waiting: { tone: "ring", sound: true, desktop: true },
  received: { tone: "ring", sound: true, desktop: true },
  said: { tone: "ding", sound: true, desktop: true },
  reading: { tone: "ding", sound: false },
  aiSaid: { tone: "ding", sound: true, desktop: false },
  amber: { tone: "amber", sound: true, desktop: true },
  red: { tone: "red", sound: true, desktop: true },
  mentioned: { tone: "ding", sound: true, desktop: true },
  reminder: { tone: "ding", sound: true, desktop: true },
  failed: { tone: "low", sound: true, desktop: true },
  line: { tone: "low", sound: true },
};
const LOUDEST_FIRST = ["ring", "red", "amber", "low", "ding"];
const USUAL = { volume: 60, timbre: "clear", quietOffDuty: true, quietAi: true, desktop: false, discreet: false };
export const TIMBRES = ["clear", "soft", "deep"];

/** How she wants to be told, with what she never said filled in. */
export function notifyOf({ notify = {} }) {
  const events = Object.fromEntries(Object.entries(EVENTS).map(([name, { tone: _, ...usual }]) => [
    name, { ...usual, ...notify.events?.[name] },
  ]));
  return { ...USUAL, ...notify, events };
}

export const isOffDuty = ({ own }) => own.duty === "off";

/** What `decide` remembers at first. */
export const FRESH = {
  serial: 0, rings: {}, rangAt: 0, dingAt: 0, lookedAt: null, levels: {}, calls: {}, calledAt: 0, lostAt: 0, due: [],
};

/** `{memory, tone, notices}`: `tone` is one or null, `notices` are `{event, id}` or `{event, ids}` for her desktop. */
export function decide(state, memory) {
  const before = state.serial < memory.serial ? FRESH : memory; // somebody else sits here now
  const fresh = state.news.filter(({ serial }) => serial > before.serial);
  const parts = [waiting, spoken, late, reminded, cut].map((part) => part(state, before, fresh));
  const how = notifyOf(state.own);
  const told = parts.flatMap(({ told }) => told);
  const silent = isOffDuty(state) && how.quietOffDuty;
  const wanted = (way) => told.filter(({ event }) =>
    !silent && how.events[event][way] && !(event === "aiSaid" && how.quietAi));
  const tones = wanted("sound").filter(({ quiet }) => !quiet).map(({ event }) => EVENTS[event].tone);
  return {
    memory: Object.assign({}, before, { serial: state.serial }, ...parts.map(({ memory }) => memory)),
    tone: state.prefs.sound ? LOUDEST_FIRST.find((tone) => tones.includes(tone)) ?? null : null,
    notices: how.desktop ? wanted("desktop").filter(({ again }) => !again) : [],
  };
}

/** Who waits for anybody. What she accepts herself has stopped before the server says so. */
function waiting(state, { rings, rangAt }, fresh) {
  const began = fresh.filter(({ kind }) => kind === "waiting").map(({ id }) => id);
  const ids = [...new Set([...Object.keys(rings), ...began])]
    .filter((id) => state.sessions[id]?.status === "pending" && !state.sessions[id].blocked && !state.acts[id]);
  const { calls, due } = call(rings, ids, state.now - rangAt, AGAIN);
  const shown = began.filter((id) => ids.includes(id)).map((id) => ({ event: "waiting", id, quiet: true }));
  return {
    told: due ? [...shown, { event: "waiting", again: true }] : shown,
    memory: { rings: calls, rangAt: due ? state.now : rangAt },
  };
}

/** Calls for these, `times` being how often each was called for; who was not yet need not wait for the next round. */
function call(times, ids, since, every) {
  const calls = Object.fromEntries(ids.map((id) => [id, times[id] ?? 0]));
  const first = ids.some((id) => calls[id] === 0);
  const again = ids.some((id) => calls[id] < CAP);
  const due = again && (since >= every || (first && since >= APART));
  if (due) for (const id of ids) calls[id] = Math.min(CAP, calls[id] + 1);
  return { calls, due };
}

const SPOKEN = ["said", "reading", "aiSaid", "received", "mentioned", "failed"]; // kinds of news

/** What was said and done since. */
function spoken(state, { dingAt }, fresh) {
  const told = fresh.filter(({ kind }) => SPOKEN.includes(kind)).map(({ kind, id }) => ({ event: kind, id }));
  const dings = told.some(({ event }) => EVENTS[event].tone === "ding");
  const tooSoon = state.now - dingAt < APART;
  return {
    told: told.map((each) => ({ ...each, quiet: tooSoon && EVENTS[each.event].tone === "ding" })),
    memory: dings && !tooSoon ? { dingAt: state.now } : {},
  };
}

/** Customers of hers who pass a limit, which only time makes them do. One whom she finds late when she comes is no news. */
function late(state, { lookedAt, levels, calls, calledAt }) {
  if (serverNow(state) === lookedAt) return { told: [], memory: {} };
  const now = Object.fromEntries(mineThatWait(state).map(({ sessionId, waiting }) => [
    sessionId, urgency(serverNow(state) - waiting),
  ]));
  const passed = (level) => Object.keys(now).filter((id) => now[id] === level && levels[id] && levels[id] !== level);
  const [amber, red] = [passed("amber").filter((id) => levels[id] === "calm"), passed("red")];
  const ids = [...new Set([...Object.keys(calls), ...red])].filter((id) => now[id] === "red");
  const called = call(calls, ids, state.now - calledAt, CLOCK_AGAIN);
  return {
    told: [
      ...(amber.length ? [{ event: "amber", ids: amber }] : []),
      ...(red.length ? [{ event: "red", ids: red, quiet: true }] : []),
      ...(called.due ? [{ event: "red", again: true }] : []),
    ],
    memory: {
      lookedAt: serverNow(state), levels: now, calls: called.calls, calledAt: called.due ? state.now : calledAt,
    },
  };
}

/** What she wanted to be reminded of. */
function reminded({ reminders = {} }, before) {
  const due = Object.keys(reminders).filter((id) => reminders[id].due);
  return {
    told: due.filter((id) => !before.due.includes(id)).map((id) => ({ event: "reminder", id })),
    memory: { due },
  };
}

/** A line that does not come back: she may be looking elsewhere. */
function cut({ line, now }, { lostAt }) {
  if (!line.lostAt) return { told: [], memory: { lostAt: 0 } };
  if (lostAt === line.lostAt || now - line.lostAt < LOST) return { told: [], memory: {} };
  return { told: [{ event: "line" }], memory: { lostAt: line.lostAt } };
}

// Who is late

const KNOWN = new WeakMap(); // sessions → who of them waits for whom; asked every second, changed seldom

function mineThatWait({ sessions, me, endings, acts }) {
  if (!me) return [];
  const { csId, rows } = KNOWN.get(sessions) ?? {};
  const found = csId === me.csId ? rows
    : Object.values(sessions).filter((session) => isMine(session, me) && Number.isFinite(session.waiting));
  KNOWN.set(sessions, { csId: me.csId, rows: found });
  return found.filter(({ sessionId }) => !endings[sessionId] && !acts[sessionId]);
}

/** Whether any of them is over this limit, whatever she looks at. */
export const anyLate = (state, ...levels) =>
  mineThatWait(state).some(({ waiting }) => levels.includes(urgency(serverNow(state) - waiting)));

const dependsOn = ({ sessions, me, endings, acts, selected, reading, now, skew }) =>
  [sessions, me, endings, acts, selected, reading, now, skew];

/** Customers of hers over a limit whom she does not look at, for the card: `{red, amber, oldest}`; null if none. */
export const overdue = remembered(dependsOn, (state) => {
  const { selected, reading } = state;
  const rows = mineThatWait(state).filter(({ sessionId }) => !(reading.visible && sessionId === selected));
  const at = (level) => rows.filter(({ waiting }) => urgency(serverNow(state) - waiting) === level);
  const [amber, red] = [at("amber"), at("red")];
  const longer = (first, each) => (first && first.waiting <= each.waiting ? first : each);
  const oldest = [...red, ...amber].reduce(longer, null);
  return oldest && { red: red.length, amber: amber.length, oldest };
});
