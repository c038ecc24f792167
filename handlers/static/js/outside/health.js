/* How the channels are, asked for again and again while somebody looks. */

import * as api from "./api.js";
import { same } from "../state/preferences.js";

const EVERY = 30_000; // ms

export function createHealth(store) {
  let askedAt = -Infinity;
  let me = null;

  return async function keep({ me: now, now: time, line, reading }) {
    if (now !== me) askedAt = -Infinity; // another line, another server perhaps
    me = now;
    if (!me || line.phase !== "open" || !reading.visible || time - askedAt < EVERY) return;
    askedAt = time;
    const answer = await api.get("/api/channels");
    if (!answer.ok || same(answer.data, store.state.health)) return;
    store.dispatch({ type: "healthLoaded", channels: answer.data });
  };
}
