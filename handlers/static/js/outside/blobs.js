/*
 * Keeps the bytes of files that are not sent yet in the browser, for each agent, so that a reload loses none of them.
 * Where the browser forbids it or there are too many, the chip says that the file will not outlive a reload.
 */

import { attachedTo } from "../state/files.js";
import { isOfLivingTab, thisTab } from "./storage.js";
import { outgoingOf } from "../state/threads.js";

const NAME = "ccs.files";
const STORE = "files";
const MOST = 100 * 1024 * 1024; // bytes of one agent
const KEPT = 7 * 86_400_000; // ms, as long as drafts

export function createBlobs(store, previewOf) {
  let base = null; // a promise of the database
  let csId = null;
  let left = []; // what lay here when she came, and has no session yet
  let known = new Set(); // keys that are written down, or were tried
  let taken = 0; // bytes

  return function keep(state) {
    if (state.auth.phase !== "in" && state.auth.phase !== "expired") return;
    if (state.me.csId !== csId) arrive(state.me.csId);
    if (left.length && state.line.phase === "open") restore(state);
    const { files } = store.state; // what was restored among them
    for (const [key, file] of Object.entries(files)) if (!known.has(key) && file.blob) write(key, file);
    for (const key of known) if (!files[key] && !left.some((each) => each.key === key)) forget(key);
  };

  async function arrive(agent) {
    csId = agent;
    known = new Set();
    left = [];
    taken = 0;
    const all = (await asked("readonly", (files) => files.getAll())) ?? [];
    const mine = all.filter((file) => file.csId === agent);
    const old = mine.filter(({ at }) => Date.now() - at > KEPT);
    for (const { key } of old) asked("readwrite", (files) => files.delete(key));
    if (csId !== agent) return;
    left = mine.filter((file) => !old.includes(file) && !store.state.files[file.key] && !isOfLivingTab(file.tabId));
    for (const file of left) {
      known.add(file.key);
      taken += file.size;
      asked("readwrite", (files) => files.put({ ...file, tabId: thisTab() }));
    }
    if (left.length) store.dispatch({ type: "ticked", now: Date.now() }); // so that they are looked at
  }

  /** Each goes where it lay, once its session and what its channel takes are known. */
  function restore(state) {
    const ready = left.filter(({ sessionId }) => state.sessions[sessionId]);
    if (!ready.length) return;
    left = left.filter((file) => !ready.includes(file));
    for (const { key, sessionId: id, name, mime, size, blob } of ready) {
      const file = { key, name, mime, size, blob, preview: previewOf(blob) };
      const said = outgoingOf(state, id).some(({ clientMsgId }) => clientMsgId === key);
      const lies = attachedTo(store.state, id).some((each) => each.key === key);
      if (said) store.dispatch({ type: "fileFound", id, ...file });
      else if (!lies) store.dispatch({ type: "filesChosen", id, files: [{ ...file, kept: true }] });
    }
  }

  async function write(key, { sessionId, name, mime, size, blob }) {
    known.add(key);
    const room = taken + size <= MOST;
    if (room) taken += size;
    const file = { key, csId, sessionId, name, mime, size, blob, tabId: thisTab(), at: Date.now() };
    const kept = room && (await asked("readwrite", (files) => files.put(file))) !== null;
    if (room && !kept) taken -= size;
    store.dispatch({ type: "fileKept", key, kept });
  }

  async function forget(key) {
    known.delete(key);
    const file = await asked("readonly", (files) => files.get(key));
    if (!file) return;
    taken -= file.size;
    asked("readwrite", (files) => files.delete(key));
  }

  /** What the database answers; null if it cannot. */
  function asked(mode, request) {
    base ??= opened();
    return base.then((database) => new Promise((resolve, reject) => {
      const asking = request(database.transaction(STORE, mode).objectStore(STORE));
      asking.onsuccess = () => resolve(asking.result);
      asking.onerror = () => reject(asking.error);
    })).catch(() => null);
  }
}

function opened() {
  return new Promise((resolve, reject) => {
    const asking = indexedDB.open(NAME, 1);
    asking.onupgradeneeded = () => asking.result.createObjectStore(STORE, { keyPath: "key" });
    asking.onsuccess = () => resolve(asking.result);
    asking.onerror = () => reject(asking.error);
    asking.onblocked = () => reject(new Error("blocked"));
  });
}
