/*
 * News, and which of it can be looked up later under the bell. Pure. What follows from news by tone and on the desktop
 * stands in `alarms.js`.
 */

import { isMine } from "./rights.js";

const NEWS_KEPT = 20; // more than one burst is worth
const BELL_KEPT = 30;
const ON_THE_BELL = ["received", "lost", "mentioned", "failed"];

export const BELL_REDUCERS = {
  bellSeen: (state) => (unseenOnTheBell(state)
    ? { ...state, bell: state.bell.map((each) => ({ ...each, seen: true })) } : state),
};

export const unseenOnTheBell = ({ bell }) => bell.filter(({ seen }) => !seen).length;

/** One more piece of news, `{kind, id}`. What is told of a session she looks at she has seen. */
export function withNews(state, piece) {
  const entry = { ...piece, serial: state.serial };
  const next = { ...state, news: [...state.news.slice(1 - NEWS_KEPT), entry] };
  if (!ON_THE_BELL.includes(piece.kind)) return next;
  const { customerName, customerId = "" } = state.sessions[piece.id] ?? {};
  const seen = state.reading.visible && state.selected === piece.id;
  const noted = { ...entry, at: state.now, name: customerName || customerId, seen };
  return { ...next, bell: [...state.bell.slice(1 - BELL_KEPT), noted] };
}

/** What an event is to this agent whatever it does to the session; null if nothing, or if it was told before. */
export function newsBeside({ me, sessions, news }, { type, eventId, sessionId: id, data }) {
  if (news.some((each) => each.eventId === eventId)) return null;
  if (data.noteId && data.mentions?.includes(me.csId) && data.csId !== me.csId) {
    return { kind: "mentioned", id, eventId, by: data.csId, text: data.content };
  }
  const failed = type === "message_updated" && data.senderType === "manual"
    && data.delivery?.state === "failed" && !data.delivery.dismissedAt;
  if (!failed || !sessions[id] || !isMine(sessions[id], me)) return null;
  return { kind: "failed", id, eventId, reason: data.delivery.reason };
}
