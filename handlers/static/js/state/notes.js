/*
 * What colleagues tell each other about a session; the customer never sees it. Pure.
 *
 * `state.notes[id]` is `{phase, notes, upTo}`, ascending; a session's `noteCount` says whether something is missing.
 * `state.noting[id]` has what this agent is noting, under its clientNoteId until the stored note takes its place.
 */

const NOTHING = { phase: "wanted", notes: [], upTo: 0, doubtful: false };
const NONE = [];
const CHANGEABLE = 60 * 60_000; // ms for which the server lets who wrote a note change it

export const notesOf = (state, id) => state.notes[id] ?? NOTHING;
export const notingOf = (state, id) => state.noting[id] ?? NONE;

const shown = new WeakMap(); // stored notes → what they were shown with, so that the same stay the same

/** All of them in order, those on their way last. */
export function notesShown(state, id) {
  const { notes } = notesOf(state, id);
  const noting = notingOf(state, id);
  if (!noting.length) return notes;
  const before = shown.get(notes);
  if (before?.noting === noting) return before.all;
  const all = [...notes, ...noting];
  shown.set(notes, { noting, all });
  return all;
}

/** How many stand there: `noteCount` tells of those too that were removed. */
export function noteCountOf(state, { sessionId, noteCount = 0 }) {
  const { notes } = notesOf(state, sessionId);
  return notes.length < noteCount ? noteCount : notes.filter(({ removedAt }) => !removedAt).length;
}

/** Whether there are notes that we have not seen, or not seen changing; each count is asked for once. */
export function wantsNotes(state, { sessionId, noteCount = 0 }) {
  const { phase, notes, upTo, doubtful } = notesOf(state, sessionId);
  return phase !== "loading" && phase !== "failed" && (doubtful || noteCount > Math.max(notes.length, upTo));
}

/** Notes that may have been changed without our knowing: those of one session, or all. */
export function doubtNotes(state, id = null) {
  const known = Object.entries(state.notes).filter(([each, { notes }]) => notes.length && (id === null || each === id));
  const doubtful = Object.fromEntries(known.map(([each, notes]) => [each, { ...notes, doubtful: true }]));
  return known.length ? { ...state, notes: { ...state.notes, ...doubtful } } : state;
}

/** Whether this agent may still write it anew or take it away. */
export const mayChangeNote = ({ noteId, csId, removedAt, createdAt }, me, now) =>
  Boolean(noteId) && csId === me?.csId && !removedAt && now - Date.parse(createdAt) < CHANGEABLE;

/** Its key among what a thread shows. */
export const keyOfNote = ({ clientNoteId, noteId }) => `internal-${clientNoteId ?? noteId}`;

export const mentions = ({ mentions = [] }, me) => mentions.includes(me?.csId);

/**
 * A note cut at the names of those who are mentioned: `[{text, csId}]`, with the csId where it is such a name. Longer
 * names come first, or 小王 would be found in 小王明.
 */
export function cutAtNames({ content, mentions: ids = [] }, agents) {
  const names = ids.flatMap((csId) => [[csId, csId], [agents.find((agent) => agent.csId === csId)?.name, csId]])
    .filter(([name]) => name).sort(([one], [other]) => other.length - one.length);
  const parts = [];
  let plain = "";
  for (let at = 0; at < content.length;) {
    const found = content[at] === "@" && names.find(([name]) => content.startsWith(name, at + 1));
    if (!found) {
      plain += content[at];
      at += 1;
      continue;
    }
    if (plain) parts.push({ text: plain, csId: null });
    plain = "";
    parts.push({ text: `@${found[0]}`, csId: found[1] });
    at += found[0].length + 1;
  }
  return plain ? [...parts, { text: plain, csId: null }] : parts;
}

/** A note that was stored, whoever told of it. */
export function hearsNote(state, note) {
  const id = note.sessionId;
  const next = withNoting(state, id, (noting) => noting.filter((each) => each.clientNoteId !== note.clientNoteId));
  const known = notesOf(next, id);
  const before = known.notes.find(({ noteId }) => noteId === note.noteId);
  if (before && changedAt(before) >= changedAt(note)) return next;
  const notes = [...known.notes.filter((each) => each !== before), note]
    .sort((one, other) => Date.parse(one.createdAt) - Date.parse(other.createdAt));
  return { ...next, notes: { ...next.notes, [id]: { ...known, notes } } };
}

const changedAt = ({ removedAt, editedAt, createdAt }) => Date.parse(removedAt ?? editedAt ?? createdAt);

export const NOTE_REDUCERS = {
  notesLoading: (state, { id }) => withNotes(state, id, { phase: "loading" }),
  notesLoaded: (state, { id, notes, upTo }) =>
    notes.reduce(hearsNote, withNotes(state, id, { phase: "ready", upTo: Math.max(upTo, notes.length), doubtful: false })),
  notesFailed: (state, { id }) => withNotes(state, id, { phase: "failed" }),
  notesRetried: (state, { id }) => withNotes(state, id, { phase: "wanted" }),
  noted: (state, { id, clientNoteId, content, csId, now }) => withNoting(state, id, (noting) => [...noting, {
    clientNoteId, content, csId, sessionId: id, at: now, afterSeq: state.sessions[id]?.messageCount ?? 0, state: "sending",
  }]),
  noting: (state, { type, id, clientNoteId, ...change }) => withNoting(state, id, (noting) => noting.map(
    (each) => (each.clientNoteId === clientNoteId ? { ...each, ...change } : each))),
  noteStored: (state, { note }) => hearsNote(state, note),
  /** `phase` is `edit` while she writes it anew, `sure` while she is asked, `busy` while the server is; null is neither. */
  renoting: (state, { noteId, phase, error = null }) => {
    const { [noteId]: _, ...others } = state.renoting;
    const { [noteId]: written, ...rewritten } = state.rewritten;
    return { ...state, renoting: phase ? { ...others, [noteId]: { phase, error } } : others,
      rewritten: phase || written === undefined ? state.rewritten : rewritten };
  },
  rewritten: (state, { noteId, text }) => ({ ...state, rewritten: { ...state.rewritten, [noteId]: text } }),
  unnoted: (state, { id, clientNoteId }) =>
    withNoting(state, id, (noting) => noting.filter((each) => each.clientNoteId !== clientNoteId)),
};

const withNotes = (state, id, change) => ({ ...state, notes: { ...state.notes, [id]: { ...notesOf(state, id), ...change } } });

function withNoting(state, id, change) {
  const before = notingOf(state, id);
  const after = change(before);
  if (after.length === before.length && after.every((each, place) => each === before[place])) return state;
  const { [id]: _, ...noting } = state.noting;
  return { ...state, noting: after.length ? { ...noting, [id]: after } : noting };
}
