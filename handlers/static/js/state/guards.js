/*
 * What stands between a reply and its customer: too long for the channel, a word that is not to be said, a blank nobody
 * filled, the same once more. Pure. The server refuses what is forbidden, too; this says so before.
 */

import { lengthOf } from "./platform.js";
import { outgoingOf, threadOf } from "./threads.js";

const AGAIN = 10_000; // ms in which the same words are more likely a slip than meant
const LATELY = 5; // messages that can have been said in that time
const BLANK = /\{[\u4e00-\u9fff]{1,12}\}/g; // {订单号}; nobody else writes Chinese in braces

const bytes = new TextEncoder();

/** A text in the channel's own unit: `{used, most, unit}`, `most` of one message; null where it has no limit. */
export function measure({ textBytes, textLength }, text) {
  if (textBytes) return { used: bytes.encode(text).length, most: textBytes, unit: "bytes" };
  return textLength ? { used: lengthOf(text), most: textLength, unit: "characters" } : null;
}

/** Blanks that are still to be filled: `{start, end, name}`. */
export function blanksIn(text) {
  return [...text.matchAll(BLANK)].map((found) => ({
    start: found.index, end: found.index + found[0].length, name: found[0].slice(1, -1),
  }));
}

/** The blank after a place, or before it, round the end; null if there is none. */
export function nextBlank(text, { start, end }, back) {
  const blanks = blanksIn(text);
  if (back) return blanks.filter((blank) => blank.end <= start).at(-1) ?? blanks.at(-1) ?? null;
  return blanks.find((blank) => blank.start >= end) ?? blanks[0] ?? null;
}

/**
 * Forbidden words of a text: `{start, end, word, action, reason}` in order. Case, width and spaces do not count, so
 * `加 微信`, `ＶＸ` and `vx` are found as they would be read.
 */
export function forbiddenIn(text, rules, channelType) {
  if (!rules.length || !text) return [];
  const asked = [text, rules, channelType];
  if (asked.some((each, place) => each !== last.asked[place])) last = { asked, found: sought(...asked) };
  return last.found;
}

let last = { asked: [] }; // it is asked at every tick, and the text is the same at most of them

function sought(text, rules, channelType) {
  const { folded, places } = folding(text);
  return rules.filter(({ channels }) => !channels?.length || channels.includes(channelType))
    .flatMap(({ words, action, reason }) => words.flatMap((word) => (
      found(folded, foldedWord(word)).map(([from, to]) => ({
        start: places[from], end: places[to - 1] + lengthAt(text, places[to - 1]), word, action, reason,
      }))
    ))).sort((one, other) => one.start - other.start || other.end - one.end);
}

const FOLDED = new Map(); // words as they are compared

function foldedWord(word) {
  if (!FOLDED.has(word)) FOLDED.set(word, folding(word).folded);
  return FOLDED.get(word);
}

/** The text as it is compared, and for each unit of it where it stood. */
function folding(text) {
  let folded = "";
  const places = [];
  let place = 0;
  for (const character of text) {
    const plain = character.normalize("NFKC").toLowerCase().replace(/[\s\u200b-\u200d\u2060\ufeff]/g, "");
    folded += plain;
    for (let unit = 0; unit < plain.length; unit += 1) places.push(place);
    place += character.length;
  }
  return { folded, places };
}

function found(text, word) {
  const all = [];
  if (!word) return all;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) all.push([at, at + word.length]);
  return all;
}

const lengthAt = (text, place) => String.fromCodePoint(text.codePointAt(place)).length;

/** Whether she said just these words to this customer a moment ago. */
export function saidLately(state, id, text, now) {
  const stored = threadOf(state, id).messages.slice(-LATELY)
    .filter(({ senderType, senderId }) => senderType === "manual" && senderId === state.me.csId)
    .map(({ content, createdAt }) => ({ content, at: Date.parse(createdAt) - state.skew }));
  return [...stored, ...outgoingOf(state, id)].some(({ content, at }) => content === text && now - at < AGAIN);
}

/**
 * What is the matter with a reply: `{forbidden, blanks, blocked, asks}`. `blocked` is why it cannot go (`forbidden` or
 * `blanks`, null if it can), `asks` what she is asked about once before it goes: `forbidden`, `again` or `takeOver`.
 */
export function guarded(state, session, text, now) {
  const forbidden = forbiddenIn(text, state.forbidden, session.channelType);
  const blanks = blanksIn(text);
  const blocked = forbidden.some(({ action }) => action === "block") ? "forbidden" : blanks.length ? "blanks" : null;
  const again = text && saidLately(state, session.sessionId, text.trim(), now);
  const asks = { forbidden: forbidden.length, again, takeOver: session.status === "ai" };
  return { forbidden, blanks, blocked, asks: Object.keys(asks).filter((name) => asks[name]) };
}
