/*
 * What the thread shows: the customer's sessions as one line of items, of which only a window is made. Pure.
 *
 * A chain is `[{id, session, thread, notes}]`, oldest first: the session that is open, and before it the earlier ones
 * that were unfolded. Places in it are numbers of messages from its start. A window is `{start, end}`, each an anchor
 * `{id, seq}` or null: without an end it follows the newest, without a start it is as long as a window is at first. So
 * what a long history costs is what is seen of it.
 */

import { keyOfNote } from "./notes.js";
import { lastSeq, placeOf } from "./threads.js";

export const FIRST = 50; // messages in a window at first; two screens of them
export const STEP = 60; // by which it grows
export const MOST = 200; // beyond which it lets go at its other end

const GROUP = 3 * 60 * 1000; // messages of one sender this close belong together
export const FOLLOWING = { start: null, end: null };

const lengthOf = ({ thread }) => thread.messages.length;
export const totalOf = (chain) => chain.reduce((sum, link) => sum + lengthOf(link), 0);

/** Where an anchor lies; null if it lies in none of these sessions. */
function indexOf(chain, { id, seq }) {
  let before = 0;
  for (const link of chain) {
    if (link.id === id) return before + Math.min(placeOf(link.thread.messages, seq), lengthOf(link));
    before += lengthOf(link);
  }
  return null;
}

function anchorAt(chain, index) {
  let rest = index;
  for (const { id, thread } of chain) {
    if (rest < thread.messages.length) return { id, seq: thread.messages[rest].seq };
    rest -= thread.messages.length;
  }
  return null;
}

/** The window as numbers, `{from, to}`. */
export function boundsOf(chain, { start, end } = FOLLOWING) {
  const total = totalOf(chain);
  const last = end && indexOf(chain, end);
  const to = Math.min(total, last === null ? total : last + 1);
  const first = start && indexOf(chain, start);
  return { from: Math.min(to, first ?? Math.max(0, to - FIRST)), to };
}

function windowAt(chain, from, to) {
  const total = totalOf(chain);
  return { start: anchorAt(chain, Math.max(0, from)), end: to >= total ? null : anchorAt(chain, to - 1) };
}

/** The window, reaching further up; what lies far below is let go. */
export function grownUp(chain, window) {
  const { from, to } = boundsOf(chain, window);
  const first = Math.max(0, from - STEP);
  return windowAt(chain, first, Math.min(to, first + MOST));
}

/** The window, reaching further down; what lies far above is let go. */
export function grownDown(chain, window) {
  const { to, from } = boundsOf(chain, window);
  const last = Math.min(totalOf(chain), to + STEP);
  return windowAt(chain, Math.max(from, last - MOST), last);
}

/** The window around a message. */
export function windowAround(chain, anchor) {
  const index = indexOf(chain, anchor) ?? 0;
  return windowAt(chain, index - FIRST / 2, index + FIRST / 2);
}

/** The window of who is at the end, which follows it; of anyone else it stays where it begins. It never gets too long. */
export function settled(chain, window, following) {
  const { from, to } = boundsOf(chain, window);
  if (following) return to - from > MOST ? FOLLOWING : window;
  return window.start && to - from <= MOST ? window : windowAt(chain, from, Math.min(to, from + MOST));
}

/**
 * The items of a window in order: `day`, `session` (the one before ends here), `divider`, `message`, `note` (what
 * happened), `internal` (what colleagues told each other). `dayOf` names the day a moment lies in.
 */
export function timeline(chain, outgoing, dayOf, window = FOLLOWING) {
  const { from, to } = boundsOf(chain, window);
  const line = lining(dayOf);
  let before = 0;
  chain.forEach((link, place) => {
    const [first, end] = [Math.max(0, from - before), Math.min(lengthOf(link), to - before)];
    const seen = before >= from && before <= to;
    if (place > 0 && seen) line.session(chain[place - 1], place === chain.length - 1);
    if (end > first || (!lengthOf(link) && seen)) stretch(line, link, first, end);
    before += lengthOf(link);
  });
  const { id, thread } = chain.at(-1);
  if (to === totalOf(chain) && !thread.away) line.outgoing(id, outgoing);
  return line.items;
}

/** Messages `first` to before `end` of one session, and what happened and was noted between them. */
function stretch(line, { id, thread, notes = [] }, first, end) {
  const { messages } = thread;
  const shown = messages.slice(first, end);
  const low = (shown[0]?.seq ?? 1) - 1;
  const high = end === messages.length && !thread.away ? Infinity : lastSeq({ messages: shown });
  const asides = [...thread.notes.map((note) => happened(id, thread, note)), ...notes.map((note) => noted(id, note))]
    .filter(({ after }) => after >= low && after <= high).sort((one, other) => one.after - other.after || one.at - other.at);
  let next = 0;
  const asidesUpTo = (seq) => {
    for (; next < asides.length && asides[next].after < seq; next += 1) line.push(id, asides[next], asides[next].at, null);
  };
  for (const message of shown) {
    asidesUpTo(message.seq);
    if (message.seq === thread.divider) line.divider();
    line.message(id, message);
  }
  asidesUpTo(Infinity);
}

function happened(id, thread, note) {
  const at = Date.parse(note.at);
  return { type: "note", note, key: `${id}/${note.key}`, after: note.after ?? lastSaidBy(thread, at), at };
}

/** The seq of the last message that had been said by then; -1 where that one is not here. */
function lastSaidBy({ messages, away }, at) {
  let [from, to] = [0, messages.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (Date.parse(messages[middle].createdAt) <= at) from = middle + 1;
    else to = middle;
  }
  if (from === 0) return (messages[0]?.seq ?? 1) === 1 ? 0 : -1;
  return from === messages.length && away ? -1 : messages[from - 1].seq;
}

const noted = (id, note) => ({
  type: "internal", internal: note, key: keyOfNote(note), after: note.afterSeq,
  at: note.at ?? Date.parse(note.createdAt),
});

function lining(dayOf) {
  const items = [];
  let day = null;
  let group = null;

  function push(sessionId, item, at, author) {
    const today = dayOf(at);
    if (today !== day) {
      items.push({ type: "day", key: `day-${sessionId}-${today}`, at });
      group = null;
    }
    day = today;
    const starts = !author || group?.author !== author || at - group.at > GROUP;
    group = author ? { author, at } : null;
    items.push({ ...item, sessionId, at, starts });
  }

  return {
    items, push,
    session(earlier, isLast) {
      items.push({ type: "session", key: `session-${earlier.id}`, earlier: earlier.session, isLast });
      day = null;
    },
    divider() {
      items.push({ type: "divider", key: "divider" });
      group = null;
    },
    message(id, message) {
      const author = `${message.senderType}:${message.senderId}`;
      push(id, { type: "message", message, key: message.clientMsgId ?? message.msgId }, Date.parse(message.createdAt), author);
    },
    outgoing(id, outgoing) {
      let held = false; // behind one that no answer came for
      for (const said of outgoing) {
        push(id, { type: "message", said, held, key: said.clientMsgId }, said.at, `manual:${said.csId}`);
        held ||= said.state === "unconfirmed";
      }
    },
  };
}
