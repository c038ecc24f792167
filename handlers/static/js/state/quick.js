/*
 * Quick replies: which are offered for what was typed after a slash, and what becomes of the blanks in them. Pure.
 *
 * `state.quick` is `{phase, replies, managing}`; a reply is as the server tells it, `initials` and `pinyin` of its title
 * among the rest, several readings with a space between.
 */

import { lastNamed } from "./cards.js";
import { isMine } from "./rights.js";

const LONGEST_QUERY = 20; // characters; what is longer is a sentence
const HOURS = [[5, "晚上好"], [9, "早上好"], [11, "上午好"], [13, "中午好"], [18, "下午好"], [24, "晚上好"]];

export const VARIABLES = ["客户昵称", "客服昵称", "店铺", "订单号", "时间问候"];
export const NO_QUICK = { phase: "idle", replies: [], managing: null };

/**
 * The slash before the caret with what was typed after it, `{start, query}`; null if there is none. A Chinese keyboard
 * types it as ／ or 、.
 */
export function slashAt(text, caret) {
  return markAt(text, caret, /(?:^|\s)([/／、])([^\s/／、]*)$/);
}

/** The @ before the caret with the name that is being typed after it; null if there is none. */
export const mentionAt = (text, caret) => markAt(text, caret, /([@＠])([^\s@＠]*)$/);

/** The # before the caret with what was typed after it, at the start or after a space; null if there is none. */
export const hashAt = (text, caret) => markAt(text, caret, /(?:^|\s)([#＃])([^\s#＃@＠]*)$/);

function markAt(text, caret, pattern) {
  const [, , query] = text.slice(Math.max(0, caret - LONGEST_QUERY - 2), caret).match(pattern) ?? [];
  if (query === undefined || query.length > LONGEST_QUERY) return null;
  return { start: caret - query.length - 1, query: query.replace(/['’]/g, "").toLowerCase() }; // an input method's ni'hao
}

/** Those that fit what was typed, the best first, of equals what was used last, and of what was never used by title. */
export function ranked(replies, query, channelType) {
  return byTitle(replies)
    .filter(({ channels }) => !channels?.length || !channelType || channels.includes(channelType))
    .map((reply) => ({ reply, rank: rankOf(reply, query), used: lastUse(reply) })).filter(({ rank }) => rank >= 0)
    .sort((one, other) => one.rank - other.rank || other.used - one.used).map(({ reply }) => reply);
}

const lastUse = ({ usedAt }) => (usedAt ? Date.parse(usedAt) : 0);

const titles = new Intl.Collator("zh");
const SORTED = new WeakMap(); // replies → the same by title: five thousand are not compared at every letter

function byTitle(replies) {
  if (!SORTED.has(replies)) SORTED.set(replies, [...replies].sort((one, other) => titles.compare(one.title, other.title)));
  return SORTED.get(replies);
}

/** 0 is what she surely meant; -1 is not it. */
export function rankOf(reply, query) {
  if (!query) return 0;
  const { shortcut, title, initials, pinyin, content } = asSought(reply);
  const ways = [
    shortcut === query, shortcut.startsWith(query), title.startsWith(query), starts(initials, query), starts(pinyin, query),
    title.includes(query), contains(initials, query), contains(pinyin, query),
    scattered(title, query) || scattered(initials[0] ?? "", query), content.includes(query),
  ];
  return ways.indexOf(true);
}

const SOUGHT = new WeakMap();

function asSought(reply) {
  if (!SOUGHT.has(reply)) {
    const low = (text = "") => text.toLowerCase();
    const readings = (text) => low(text).split(" ").filter(Boolean);
    SOUGHT.set(reply, {
      shortcut: low(reply.shortcut).replace(/^[/／]/, ""), title: low(reply.title), content: low(reply.content),
      initials: readings(reply.initials), pinyin: readings(reply.pinyin),
    });
  }
  return SOUGHT.get(reply);
}

const starts = (readings, query) => readings.some((reading) => reading.startsWith(query));
const contains = (readings, query) => readings.some((reading) => reading.includes(query));

/** Whether its letters stand there in this order, with others between. */
function scattered(text, query) {
  let at = 0;
  for (const letter of query) {
    at = text.indexOf(letter, at) + 1;
    if (!at) return false;
  }
  return query.length > 1;
}

/** What the blanks are filled with here; what is not known is left out, and stays a blank. */
export function valuesFor(state, session, hour) {
  const known = {
    客户昵称: session.customerName, 客服昵称: state.me.name, 店铺: state.shop,
    订单号: lastNamed(state, session.sessionId, "order"), 时间问候: HOURS.find(([until]) => hour < until)[1],
  };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value));
}

export const filledWith = (content, values) =>
  content.replace(/\{([\u4e00-\u9fff]{1,12})\}/g, (blank, name) => values[name] ?? blank);

/** Whether she may change it: her own, and a supervisor everyone's; where access is open, everybody. */
export const mayEdit = ({ scope, owner }, me, auth) =>
  (scope === "personal" ? !owner || owner === me.csId : mayShare(me, auth));
export const mayShare = (me, auth) => !auth.required || me.role === "supervisor" || me.role === "admin";

/** Of those whose customer waits for her: who has waited longest, but for one session. */
export function nextOfMine(state, but) {
  return Object.values(state.sessions)
    .filter((each) => each.sessionId !== but && isMine(each, state.me) && each.waiting < Infinity
      && !state.endings[each.sessionId] && !state.acts[each.sessionId])
    .reduce((first, each) => (first && first.waiting <= each.waiting ? first : each), null);
}

const withQuick = (state, change) => ({ ...state, quick: { ...state.quick, ...change } });

export const QUICK_REDUCERS = {
  quickWanted: (state) => (state.quick.phase === "idle" || state.quick.phase === "failed"
    ? withQuick(state, { phase: "wanted" }) : state),
  quickLoading: (state) => withQuick(state, { phase: "loading" }),
  quickLoaded: (state, { replies }) => withQuick(state, { phase: "ready", replies }),
  quickFailed: (state) => withQuick(state, { phase: "failed" }),
  /** Somebody changed them: whoever has them loads them again. */
  "told:quick_replies": (state) => (state.quick.phase === "idle" ? state : withQuick(state, { phase: "wanted" })),
  quickUsed: (state, { id, at }) => withQuick(state, {
    replies: state.quick.replies.map((each) => (each.id === id ? { ...each, usedAt: at, uses: (each.uses ?? 0) + 1 } : each)),
  }),
  /** `managing` is null, or `{edits}` where one is edited: its id, or what a new one begins with. */
  quickManaged: (state, { managing }) => withQuick(state, { managing }),
};
