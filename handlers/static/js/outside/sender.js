/*
 * Brings replies to the server: of each session one at a time and in the order they were written, each under the id it
 * was given, so that asking again never says anything twice. A reply the server refused lets the next go; one that no
 * answer came for holds the queue, since the next words may rest on it.
 */

import * as api from "./api.js";

const TRIES = 6; // a minute in all; then the agent is asked
const BAD_REQUEST = 400; // of a file: uploaded too long ago, or elsewhere
const FIRST_REST = 1000; // ms

export function createSender(store, onExpired) {
  const sending = new Set(); // sessions
  const resting = new Map(); // clientMsgId → how often it was put off

  return keep;

  function keep(state) {
    if (state.line.phase !== "open" || state.auth.phase !== "in") return;
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
    if (answer.status === 503 && (resting.get(clientMsgId) ?? 0) < TRIES) {
      rest(id, clientMsgId);
      return;
    }
    sending.delete(id);
    resting.delete(clientMsgId);
    if (answer.ok) {
      store.dispatch({ type: "stored", message: answer.data, asked });
      return;
    }
    if (fileId && answer.code === BAD_REQUEST) store.dispatch({ type: "uploadStale", key: clientMsgId });
    const unknown = answer.status === 0 || answer.status >= 500 || answer.status === 401;
    const state = unknown ? "unconfirmed" : "refused";
    store.dispatch({ type: "saying", id, clientMsgId, state, reason: answer.message, lost: unknown });
    if (answer.status === 401) onExpired();
  }

  /** The server cannot take it just now, and said so: it goes again by itself. */
  function rest(id, clientMsgId) {
    const tries = resting.get(clientMsgId) ?? 0;
    resting.set(clientMsgId, tries + 1);
    store.dispatch({ type: "saying", id, clientMsgId, state: "queued", reason: "" });
    setTimeout(() => {
      sending.delete(id);
      keep(store.state);
    }, FIRST_REST * 2 ** tries);
  }
}
