/* What an agent can do with files: choose them, take them away, and bring them again. */

import * as api from "../outside/api.js";
import { attachedTo, takesFiles } from "../state/files.js";
import { words } from "../texts/texts.js";

const MOST = 9; // at a time; a platform's quota allows fewer

export function createAttaching(store, { toast, newId, moment }) {
  const { dispatch } = store;

  return {
    /** `blobs` are files as the browser gives them: chosen, pasted or dropped. */
    attach(id, blobs) {
      const w = words(store.state.prefs.lang);
      const session = store.state.sessions[id];
      if (!session || !blobs.length) return;
      if (!takesFiles(store.state, session)) {
        toast(w("noFilesHere", { channel: w(`channels.${session.channelType}`) }), "warn");
        return;
      }
      const room = MOST - attachedTo(store.state, id).length;
      if (blobs.length > room) toast(w("tooMany", { n: MOST }), "warn");
      const files = blobs.slice(0, room).map((blob) => chosen(newId(), blob, w));
      if (files.length) dispatch({ type: "filesChosen", id, files });
    },
    /** A file that is part of something else, brought at once: `{fileId}` or `{error}` in words. */
    async upload(id, blob) {
      const headers = {
        "Content-Type": blob.type || "application/octet-stream", "X-File-Name": encodeURIComponent(blob.name),
      };
      const { answer } = api.upload(api.ofSession(id, "files"), blob, headers, () => {});
      const { ok, message, data } = await answer;
      return ok ? { fileId: data.fileId } : { error: message || words(store.state.prefs.lang)("uploadCut") };
    },
    detach: (id, key) => dispatch({ type: "fileDropped", id, key }),
    uploadAgain: (key) => dispatch({ type: "uploadAgain", key }),
    /** All that lies ready at a session is said, in order. */
    sayFiles(id, until) {
      const { csId } = store.state.me;
      for (const { key } of attachedTo(store.state, id)) {
        dispatch({ type: "fileSaid", id, key, csId, now: moment(), until });
      }
    },
  };
}

function chosen(key, blob, w) {
  const name = blob.name || w("pasted");
  return { key, name, mime: blob.type, size: blob.size, blob, preview: previewOf(blob) };
}

/** An address under which the page shows a picture before anybody has it. */
export const previewOf = (blob) =>
  (/^image\/(jpeg|png|gif|webp|bmp)$/.test(blob.type) ? URL.createObjectURL(blob) : null);
