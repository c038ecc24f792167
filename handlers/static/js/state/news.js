/*
 * News: what happened that an agent may want to be told of wherever she looks. Pure. What follows from it by tone and on
 * the desktop stands in `alarms.js`; what she can look up later lies under the bell, which is the server's (`bell.js`).
 */

import { isMine } from "./rights.js";

const KEPT = 20; // more than one burst is worth

/** One more piece of news, `{kind, id}`. */
export const withNews = (state, piece) =>
  ({ ...state, news: [...state.news.slice(1 - KEPT), { ...piece, serial: state.serial }] });

/** What an event is to this agent whatever it does to the session; null if nothing, or if it was told before. */
export function newsBeside({ me, sessions, news }, { type, eventId, sessionId: id, data }) {
  if (news.some((each) => each.eventId === eventId)) return null;
  if (data.noteId && data.mentions?.includes(me.csId) && data.csId !== me.csId) {
    return { kind: "mentioned", id, eventId, text: data.content };
  }
  const failed = type === "message_updated" && data.senderType === "manual"
    && data.delivery?.state === "failed" && !data.delivery.dismissedAt;
  return failed && sessions[id] && isMine(sessions[id], me) ? { kind: "failed", id, eventId } : null;
}
