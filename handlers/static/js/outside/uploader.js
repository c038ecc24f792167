/*
 * Brings files to the server as soon as they are chosen, one at a time, so that sending them waits for nothing. What was
 * taken away meanwhile is not brought to its end.
 */

import * as api from "./api.js";
import { forgotten, nextUpload } from "../state/files.js";
import { words } from "../texts/texts.js";

const STEP = 0.03; // of progress that is worth showing
const SHOWN_STILL = 60_000; // ms; a preview stands in the thread until the server's own picture has come

export function createUploader(store, onExpired) {
  let busy = null; // {key, abort}

  return function keep(state) {
    forget(state);
    if (busy && !state.files[busy.key]) busy.abort();
    const key = nextUpload(state);
    if (key && !busy && state.line.phase === "open" && state.auth.phase === "in") upload(key, state.files[key]);
  };

  function forget(state) {
    const keys = forgotten(state);
    if (!keys.length) return;
    for (const key of keys) setTimeout(URL.revokeObjectURL, SHOWN_STILL, state.files[key].preview);
    store.dispatch({ type: "filesForgotten", keys });
  }

  async function upload(key, { sessionId, blob, name, mime }) {
    const headers = {
      "Content-Type": mime || "application/octet-stream", "X-File-Name": encodeURIComponent(name),
    };
    const { answer, abort } = api.upload(api.ofSession(sessionId, "files"), blob, headers, (progress) => {
      const before = store.state.files[key]?.progress ?? 1;
      if (progress - before >= STEP || progress === 1) store.dispatch({ type: "uploading", key, progress });
    });
    busy = { key, abort };
    store.dispatch({ type: "uploading", key, progress: 0 });
    const { ok, status, message, data } = await answer;
    busy = null;
    const w = words(store.state.prefs.lang);
    if (ok) store.dispatch({ type: "uploaded", key, fileId: data.fileId, mime: data.mime });
    else store.dispatch({ type: "uploadFailed", key, reason: message || w("uploadCut") });
    if (status === 401) onExpired();
  }
}
