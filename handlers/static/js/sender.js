/*
 * Brings replies to the server: of each session one at a time and in the order they were written, each under the id it
 * was given, so that asking again never says anything twice. A reply the server refused lets the next go; one that no
 * answer came for holds the queue, since the next words may rest on it.
 */

import * as api from "./api.js";

export function createSender(store, onExpired) {
  const sending = new Set(); // sessions

  return function keep(state) {
    if (state.line.phase !== "open" || state.auth.phase !== "in") return;
    for (const [id, said] of Object.entries(state.outgoing)) {
      const first = said.find((each) => each.state !== "refused");
      if (first?.state === "queued" && !sending.has(id) && !state.acts[id]) send(id, first, state.serial);
    }
  };

  async function send(id, { clientMsgId, content }, asked) {
    sending.add(id);
    store.dispatch({ type: "saying", id, clientMsgId, state: "sending", reason: "" });
    const answer = await api.post(api.ofSession(id, "message"), { content, clientMsgId });
    sending.delete(id);
    if (answer.ok) {
      store.dispatch({ type: "stored", message: answer.data, asked });
      return;
    }
    const unknown = answer.status === 0 || answer.status >= 500 || answer.status === 401;
    const state = unknown ? "unconfirmed" : "refused";
    store.dispatch({ type: "saying", id, clientMsgId, state, reason: answer.message, lost: unknown });
    if (answer.status === 401) onExpired();
  }
}
