/*
 * Files on their way to a customer: what they are, whether her platform takes them, and how far each has come. Pure.
 *
 * A file is known by the clientMsgId it will be said under, from the moment it is chosen: `state.files` has what is known
 * of it, `state.attached` which of them lie ready at a session. It is uploaded at once, and said with the next send.
 * The bytes are kept for a reload as far as the browser allows (`kept`; see outside/blobs.js).
 */

import { abilityOf, filesTaken, takenAs } from "./abilities.js";
import { outgoingOf, withOutgoing } from "./threads.js";

const BY_ENDING = { jpg: "image/jpeg", jpeg: "image/jpeg", png: "image/png", mp4: "video/mp4", amr: "audio/amr" };
const KINDS = { image: "image", audio: "voice", video: "video" }; // by the first half of a mime
const LEAST = 1; // bytes, where a platform wants no more

/**
 * What a file is sent as, and why it cannot be (`empty`, `tooLarge` or `notTaken`) if it cannot: `{msgType, trouble,
 * most}`, `most` the largest size that could. What is no picture, voice or video to a platform goes as a file.
 */
export function fitting({ name, mime, size }, ability) {
  const is = mime || (BY_ENDING[name.split(".").pop().toLowerCase()] ?? "");
  const kind = KINDS[is.split("/")[0]] ?? "file";
  const ways = [...new Set([kind, "file"])].map((each) => takenAs(ability, each))
    .filter((taken) => taken && (taken.mimes?.includes(is) ?? true));
  const taken = ways.find(({ largest }) => size <= largest);
  const most = Math.max(0, ...ways.map(({ largest }) => largest));
  const small = size < (ways[0]?.smallest ?? LEAST);
  const trouble = small ? "empty" : taken ? null : ways.length ? "tooLarge" : "notTaken";
  return { msgType: taken?.msgType ?? kind, trouble, most };
}

/** Whether files can be sent to this session's customer at all. */
export const takesFiles = (state, session) => filesTaken(abilityOf(state, session)).length > 0;

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

/**
 * The file to be uploaded next, as its key; they go one at a time, in the order they were chosen. What lies at the AI's
 * session waits there until she has taken it over.
 */
export const nextUpload = ({ files, sessions }) => Object.keys(files)
  .find((key) => files[key].phase === "waiting" && sessions[files[key].sessionId]?.status !== "ai");

export const FILE_REDUCERS = {
  /** `files` are `{key, name, mime, size, blob, preview}`. */
  filesChosen: (state, { id, files }) => ({
    ...state,
    files: { ...state.files, ...Object.fromEntries(files.map(({ key, ...file }) => [key, chosen(state, id, file)])) },
    attached: { ...state.attached, [id]: [...(state.attached[id] ?? []), ...files.map(({ key }) => key)] },
  }),
  /** Whether its bytes will be there after a reload. */
  fileKept: (state, { key, kept }) => withFile(state, key, { kept }),
  /** What was said before a reload, and not brought yet: its bytes are here again. */
  fileFound: (state, { id, key, name, mime, size, blob, preview }) => ({
    ...state,
    files: {
      ...state.files, [key]: { ...chosen(state, id, { name, mime, size, blob, preview }), phase: "failed", kept: true },
    },
  }),
  fileDropped: (state, { id, key }) => withoutChip(state, id, key),
  fileSaid: (state, { id, key, csId, now, until }) => {
    const { name, mime, size, msgType, fileId } = state.files[key];
    const said = { clientMsgId: key, csId, content: "", msgType, fileId, file: { name, mime, size }, at: now, until };
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
    const { msgType, trouble, most } = fitsHere(state, file.sessionId, { ...file, mime: mime ?? file.mime });
    const phase = trouble ? "refused" : "ready";
    const next = withFile(state, key, { phase, progress: 1, fileId, msgType, trouble, most });
    return withSaid(next, key, { fileId, msgType });
  },
  /** The server does not know it any more, or not here: before it can be said, it has to be brought again. */
  uploadStale: (state, { key }) =>
    withSaid(withFile(state, key, { phase: "failed", fileId: undefined }), key, { fileId: undefined }),
  uploadFailed: (state, { key, reason }) => withFile(state, key, { phase: "failed", reason }),
  uploadAgain: (state, { key }) =>
    (state.files[key]?.phase === "failed" ? withFile(state, key, { phase: "waiting", reason: "" }) : state),
};

/** Files that were said and are taken back lie where they lay before. */
export function attachedAgain(state, id, keys) {
  if (!keys.length) return state;
  return { ...state, attached: { ...state.attached, [id]: [...keys, ...(state.attached[id] ?? [])] } };
}

const fitsHere = (state, id, file) => fitting(file, abilityOf(state, state.sessions[id]));

function chosen(state, sessionId, file) {
  const how = fitsHere(state, sessionId, file);
  return { ...file, ...how, sessionId, phase: how.trouble ? "refused" : "waiting", progress: 0, reason: "" };
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
