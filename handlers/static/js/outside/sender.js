/*
 * Brings replies to the server: of each session one at a time and in the order they were written, each under the id it
 * was given, so that asking again never says anything twice. A reply the server refused lets the next go; one that no
 * answer came for holds the queue, since the next words may rest on it, and goes again by itself. Nothing leaves a browser
 * that knows itself to be offline.
 */

import * as api from "./api.js";
import { QUEUE_FRESH, hasLine } from "../state/holding.js";
import { outgoingOf } from "../state/threads.js";

const TRIES = 6; // a minute in all; then the agent is asked
const BAD_REQUEST = 400; // of a file: uploaded too long ago, or elsewhere
const FIRST_REST = 1000; // ms

export function createSender(store, onExpired) {
  const sending = new Set(); // sessions
  const resting = new Map(); // clientMsgId → how often it was put off

  return keep;

  function keep(state) {
    if (!reaches(state)) return;
    for (const [id, said] of Object.entries(state.outgoing)) {
      const first = said.find((each) => each.state !== "refused");
      if (first?.state !== "queued" || first.until || sending.has(id) || state.acts[id]) continue;
      if (first.file && !first.fileId) whileUploading(id, first, state);
      else send(id, first, state.serial);
    }
  }

  /** What was written after a file waits for it, unless it cannot be brought. */
  function whileUploading(id, { clientMsgId }, { files }) {
    const file = files[clientMsgId];
    if (file && file.phase !== "failed") return;
    store.dispatch({ type: "saying", id, clientMsgId, state: "refused", reason: file?.reason ?? "" });
  }

  async function send(id, { clientMsgId, content, msgType, fields, fileId, drafted }, asked) {
    sending.add(id);
    store.dispatch({ type: "saying", id, clientMsgId, state: "sending", reason: "" });
    const what = msgType ? { content, msgType, fields, fileId } : { content, drafted };
    const answer = await api.post(api.ofSession(id, "message"), { ...what, clientMsgId });
    const mute = answer.status === 0 || answer.status >= 500;
    if (mute && (resting.get(clientMsgId) ?? 0) < TRIES) {
      if (answer.status === 503) rest(id, clientMsgId);
      else askAgain(id, clientMsgId);
      return;
    }
    sending.delete(id);
    resting.delete(clientMsgId);
    if (answer.ok) {
      store.dispatch({ type: "stored", message: answer.data, asked });
      return;
    }
    if (fileId && answer.code === BAD_REQUEST) store.dispatch({ type: "uploadStale", key: clientMsgId });
    const unknown = mute || answer.status === 401;
    const state = unknown ? "unconfirmed" : "refused";
    store.dispatch({ type: "saying", id, clientMsgId, state, reason: answer.message, lost: unknown, resting: false });
    if (answer.status === 401) onExpired();
  }

  /** The server cannot take it just now, and said so: it goes again by itself. */
  function rest(id, clientMsgId) {
    const pause = nextPause(clientMsgId);
    store.dispatch({ type: "saying", id, clientMsgId, state: "queued", reason: "" });
    setTimeout(() => {
      sending.delete(id);
      keep(store.state);
    }, pause);
  }

  /** It may have arrived, so it is asked about under its id, unless the line has come back and asked before. */
  function askAgain(id, clientMsgId) {
    const pause = nextPause(clientMsgId);
    sending.delete(id);
    store.dispatch({
      type: "saying", id, clientMsgId, state: "unconfirmed", reason: "", lost: true, resting: true, doubted: true,
    });
    setTimeout(again, pause);

    function again() {
      const said = outgoingOf(store.state, id).find((each) => each.clientMsgId === clientMsgId);
      if (said?.state !== "unconfirmed" || !said.resting) return;
      if (Date.now() - said.at >= QUEUE_FRESH) {
        store.dispatch({ type: "saying", id, clientMsgId, state: "unconfirmed", lost: false, resting: false });
        return;
      }
      if (reaches(store.state)) store.dispatch({ type: "saying", id, clientMsgId, state: "queued" });
      else setTimeout(again, pause);
    }
  }

  function nextPause(clientMsgId) {
    const tries = resting.get(clientMsgId) ?? 0;
    resting.set(clientMsgId, tries + 1);
    return FIRST_REST * 2 ** tries;
  }
}

const reaches = (state) => hasLine(state) && state.auth.phase === "in";
