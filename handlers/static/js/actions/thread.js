/* What an agent can do in a thread besides answering: go to a message, note, quote, and look at what came. */

import * as api from "../outside/api.js";
import { focusShown } from "./composing.js";
import { format } from "../state/address.js";
import { words } from "../texts/texts.js";

export function createThreadActions(store, { newId, moment, explain, copy, onExpired }) {
  const { dispatch } = store;
  const w = (...args) => words(store.state.prefs.lang)(...args);

  async function bringNote(id, { clientNoteId, content }) {
    const body = { content, clientNoteId, csId: store.state.me.csId };
    const answer = await api.post(api.ofSession(id, "notes"), body);
    if (answer.ok) dispatch({ type: "noteStored", note: answer.data });
    else dispatch({ type: "noting", id, clientNoteId, state: "failed", reason: answer.message || w("noAnswer") });
    if (answer.status === 401) onExpired();
  }

  /** Shown as changed once it is; otherwise what she was about to do stays, with the reason. */
  async function renote(noteId, phase, asked) {
    dispatch({ type: "renoting", noteId, phase: "busy" });
    const answer = await asked;
    if (answer.ok) dispatch({ type: "noteStored", note: answer.data });
    dispatch({ type: "renoting", noteId, phase: answer.ok ? null : phase, error: answer.message || w("noAnswer") });
    if (answer.status === 401) onExpired();
  }

  async function settle(id, msgId, verb) {
    if (store.state.retrying[msgId]) return;
    const { serial: asked, me: { csId } } = store.state;
    dispatch({ type: "retrying", msgId, on: true });
    const answer = await api.post(api.ofSession(id, "messages", encodeURIComponent(msgId), verb), { csId });
    dispatch({ type: "retrying", msgId, on: false });
    if (answer.ok) dispatch({ type: "stored", message: answer.data, asked });
    else explain(id, answer);
  }

  // What was not kept when the page is left is not lost: it lies in the draft again
  addEventListener("pagehide", () => {
    for (const [id, notes] of Object.entries(store.state.noting)) {
      for (const { content } of notes) write(id, "note", content);
    }
  });

  const actions = {
    later: (id) => dispatch({ type: "laterWanted", id }),
    unfold: (id) => dispatch({ type: "unfolded", id }),
    retryEarlier: (id) => dispatch({ type: "earlierRetried", id }),
    moreEarlier: (id) => dispatch({ type: "moreEarlier", id }),
    /** Back to where new messages come. */
    latest(id) {
      dispatch({ type: "placedAt", m: null });
      dispatch({ type: "jumped", id, seq: null });
    },
    copyLink: (id, seq = null, note = null) => copy(new URL(format({ id, m: seq, n: note }), location.href).href),

    /** A stored message that did not arrive: a new attempt, or nobody is told of it any more. */
    retry: (id, msgId) => settle(id, msgId, "retry"),
    dismissFailed: (id, msgId) => settle(id, msgId, "dismiss"),

    /** Seen at once by who wrote it, and by her colleagues once it is stored. */
    addNote(id, content) {
      const clientNoteId = newId();
      dispatch({ type: "noted", id, clientNoteId, content, csId: store.state.me.csId, now: moment() });
      return bringNote(id, { clientNoteId, content });
    },
    noteAgain(id, note) {
      dispatch({ type: "noting", id, clientNoteId: note.clientNoteId, state: "sending", reason: "" });
      return bringNote(id, note);
    },
    unnote: (id, clientNoteId) => dispatch({ type: "unnoted", id, clientNoteId }),
    /** A note of hers is about to be written anew (`edit`) or taken away (`sure`); null: it is left as it is. */
    askRenote: (noteId, phase) => dispatch({ type: "renoting", noteId, phase }),
    rewriteNote: (noteId, text) => dispatch({ type: "rewritten", noteId, text }),
    editNote: ({ sessionId, noteId }, content) => renote(noteId, "edit",
      api.put(api.ofSession(sessionId, "notes", noteId), { content, csId: store.state.me.csId })),
    removeNote: ({ sessionId, noteId }) => renote(noteId, "sure",
      api.remove(api.ofSession(sessionId, "notes", noteId), { csId: store.state.me.csId })),
    /** Into what is being written, for the customer or for colleagues. */
    quote: (id, text) => write(id, "reply", `「${text}」`),
    toNote: (id, text) => write(id, "note", text),
    showRaw: (message) => dispatch({ type: "raw", message }),

    async markUnread(id) {
      const answer = await api.post(api.ofSession(id, "unread"), { csId: store.state.me.csId });
      if (answer.ok) dispatch({ type: "sessionLoaded", session: answer.data });
      else explain(id, answer);
    },
  };
  return actions;

  function write(id, mode, text) {
    const table = mode === "note" ? store.state.noteDrafts : store.state.drafts;
    const before = table?.[id] ?? "";
    const gap = before && !before.endsWith("\n") ? "\n" : "";
    dispatch({ type: "moded", id, mode });
    dispatch({ type: "drafted", id, mode, text: `${before}${gap}${text}\n`, now: Date.now() });
    focusShown(store, mode);
  }
}
