/*
 * Files on their way to a customer: what they are, whether her platform takes them, and how far each has come. Pure.
 *
 * A file is known by the clientMsgId it will be said under, from the moment it is chosen: `state.files` has what is known
 * of it, `state.attached` which of them lie ready at a session. It is uploaded at once, and said with the next send.
 * The bytes live in this page only; what was said without them cannot be said after a reload.
 */

import { isCounted } from "./platform.js";
import { outgoingOf, withOutgoing } from "./threads.js";

const MB = 1024 * 1024;
const LEAST = 6; // bytes; WeCom takes no file of five or fewer
const MOST = { image: 10 * MB, video: 10 * MB, voice: 2 * MB, file: 20 * MB };
const KINDS = {
  "image/jpeg": "image", "image/png": "image", "video/mp4": "video", "audio/amr": "voice",
};
const ENDINGS = { jpg: "image", jpeg: "image", png: "image", mp4: "video", amr: "voice" };

/** Whether files can be sent to this session's customer at all. */
export const takesFiles = isCounted;

/** What a file is sent as. A picture that is too large for a picture goes as a file. */
export function kindOf({ name, mime, size }) {
  const kind = KINDS[mime] ?? (mime ? "file" : ENDINGS[name.split(".").pop().toLowerCase()] ?? "file");
  return size > MOST[kind] ? "file" : kind;
}

/** Why it cannot be sent: `empty` or `tooLarge`; null if it can. */
export function troubleOf({ size }) {
  if (size < LEAST) return "empty";
  return size > MOST.file ? "tooLarge" : null;
}

/** The files that lie ready at a session, with what is known of them. */
export const attachedTo = (state, id) =>
  (state.attached[id] ?? []).map((key) => ({ key, ...state.files[key] })).filter(({ phase }) => phase);

/** Those that nobody will send any more: taken away, said and answered, or left where the session has ended. */
export function forgotten(state) {
  const open = Object.keys(state.attached).filter((id) => state.sessions[id]?.status !== "closed");
  const used = new Set([
    ...open.flatMap((id) => state.attached[id]),
    ...Object.values(state.outgoing).flat().map(({ clientMsgId }) => clientMsgId),
  ]);
  return Object.keys(state.files).filter((key) => !used.has(key));
}

/** The file to be uploaded next, as its key; they go one at a time, in the order they were chosen. */
export const nextUpload = ({ files }) => Object.keys(files).find((key) => files[key].phase === "waiting");

export const FILE_REDUCERS = {
  /** `files` are `{key, name, mime, size, blob, preview}`. */
  filesChosen: (state, { id, files }) => ({
    ...state,
    files: { ...state.files, ...Object.fromEntries(files.map(({ key, ...file }) => [key, chosen(id, file)])) },
    attached: { ...state.attached, [id]: [...(state.attached[id] ?? []), ...files.map(({ key }) => key)] },
  }),
  fileDropped: (state, { id, key }) => withoutChip(state, id, key),
  fileSaid: (state, { id, key, csId, now }) => {
    const { name, mime, size, msgType, fileId } = state.files[key];
    const said = { clientMsgId: key, csId, content: "", msgType, fileId, file: { name, mime, size }, at: now };
    return withOutgoing(withoutChip(state, id, key), id, (before) => [...before, { ...said, state: "queued" }]);
  },
  filesForgotten: (state, { keys }) => {
    const files = { ...state.files };
    for (const key of keys) delete files[key];
    return { ...state, files };
  },
  uploading: (state, { key, progress }) => withFile(state, key, { phase: "uploading", progress }),
  /** `mime` is what the server found in the bytes, whatever they were called. */
  uploaded: (state, { key, fileId, mime }) => {
    const file = state.files[key];
    if (!file) return state;
    const msgType = kindOf({ ...file, mime: mime ?? file.mime });
    const next = withFile(state, key, { phase: "ready", progress: 1, fileId, msgType });
    return withSaid(next, key, { fileId, msgType });
  },
  /** The server does not know it any more, or not here: before it can be said, it has to be brought again. */
  uploadStale: (state, { key }) =>
    withSaid(withFile(state, key, { phase: "failed", fileId: undefined }), key, { fileId: undefined }),
  uploadFailed: (state, { key, reason }) => withFile(state, key, { phase: "failed", reason }),
  uploadAgain: (state, { key }) =>
    (state.files[key]?.phase === "failed" ? withFile(state, key, { phase: "waiting", reason: "" }) : state),
};

function chosen(sessionId, file) {
  const trouble = troubleOf(file);
  return {
    ...file, sessionId, msgType: kindOf(file), phase: trouble ? "refused" : "waiting", trouble, progress: 0, reason: "",
  };
}

function withoutChip(state, id, key) {
  const left = (state.attached[id] ?? []).filter((each) => each !== key);
  if (left.length) return { ...state, attached: { ...state.attached, [id]: left } };
  const { [id]: _, ...attached } = state.attached;
  return { ...state, attached };
}

function withFile(state, key, change) {
  const file = state.files[key];
  return file ? { ...state, files: { ...state.files, [key]: { ...file, ...change } } } : state;
}

function withSaid(state, key, change) {
  const id = state.files[key]?.sessionId;
  if (!outgoingOf(state, id).some(({ clientMsgId }) => clientMsgId === key)) return state;
  return withOutgoing(state, id, (said) => said.map((each) => (each.clientMsgId === key ? { ...each, ...change } : each)));
}
