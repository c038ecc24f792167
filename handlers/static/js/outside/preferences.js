/*
 * Keeps what an agent wants in step with the server: read with each new line, written a moment after she changed it.
 * What the server does not know yet stays in this browser until it does, over cuts and reloads; a name changed here and
 * elsewhere meanwhile is as it was changed here.
 */

import * as api from "./api.js";
import { same } from "../state/preferences.js";
import { read, write } from "./storage.js";

const PAUSE = 800; // ms between a change and the server
const AGAIN = 15_000; // ms
const REFUSED = [400, 413]; // what the server never takes need not be offered again
const keyOf = (csId) => `ccs.own.${csId}`;

export function createPreferences(store, onExpired) {
  let me = null; // new with each line
  let csId = null;
  let unsaved = {}; // name → value; null takes it away
  let timer = null;
  let saving = false;
  addEventListener("pagehide", () => save(true));

  return {
    keep(state) {
      for (const [name, value] of Object.entries(unsaved)) { // another tab's may have come over what is not saved yet
        if (!same(state.own[name] ?? null, value)) store.dispatch({ type: "ownKept", name, value });
      }
      if (state.me === me) return;
      me = state.me;
      if (me?.csId !== csId) enter(me?.csId ?? null);
      if (me && state.line.phase === "open") load();
    },
    keepOwn(name, value) {
      store.dispatch({ type: "ownKept", name, value });
      unsaved = { ...unsaved, [name]: value ?? null };
      mirror();
      soon(PAUSE);
    },
  };

  /** What this browser knows of her, until the server says more. */
  function enter(next) {
    csId = next;
    const { values = {}, unsaved: left = {} } = (csId && read(keyOf(csId))) ?? {};
    unsaved = left;
    store.dispatch({ type: "ownLoaded", values });
  }

  async function load() {
    const whose = csId;
    const answer = await api.get("/api/preferences", { csId: whose });
    if (answer.status === 401) onExpired();
    if (!answer.ok || whose !== csId) return;
    store.dispatch({ type: "ownLoaded", values: { ...answer.data, ...unsaved } });
    mirror();
    if (Object.keys(unsaved).length) soon(0);
  }

  function soon(wait) {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  }

  async function save(leaving = false) {
    const values = unsaved;
    const whose = csId;
    if (!whose || (saving && !leaving) || !Object.keys(values).length) return;
    saving = true;
    const { socket } = store.state; // which need not be told what its page did
    const headers = socket ? { "X-CCS-Socket": socket } : {};
    const answer = await api.put("/api/preferences", { values, csId: whose }, { keepalive: leaving === true, headers });
    saving = false;
    if (whose !== csId) return;
    if (answer.ok || REFUSED.includes(answer.status)) {
      unsaved = Object.fromEntries(Object.entries(unsaved).filter(([name, value]) => values[name] !== value));
      mirror();
    } else if (answer.status === 401) {
      onExpired();
    }
    if (Object.keys(unsaved).length) soon(answer.ok ? PAUSE : AGAIN);
  }

  function mirror() {
    write(keyOf(csId), { values: store.state.own, unsaved });
  }
}
