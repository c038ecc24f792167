/*
 * What an agent has begun to write: of each session a reply and a note, the same on all her devices. Pure.
 *
 * `state.drafts` and `state.noteDrafts` hold the texts, `state.modes` which of the two she is writing. What the server
 * knows of a text stands in `state.draftMarks` under `mode:id`: `{revision, dirty, sending, typedAt, serial, other}`.
 * `dirty` is what only typing makes a text, so that two devices never answer each other; `other` is a text that lost
 * against the newer one and can be had back. What she types is never replaced; what only lies there follows the newest.
 */

const TYPING = 3000; // ms after the last key; a longer rest is no typing any more
const TABLES = { reply: "drafts", note: "noteDrafts" };
const NO_MARK = { revision: 0, dirty: false, sending: null, typedAt: 0, serial: 0, other: null };

export const draftOf = (state, mode, id) => state[TABLES[mode]][id] ?? "";
export const markedAs = (state, mode, id) => state.draftMarks[keyOf(mode, id)] ?? NO_MARK;
export const modeOf = (state, id) => state.modes[id] ?? "reply";

export const keyOf = (mode, id) => `${mode}:${id}`;
export function partsOfKey(key) {
  const [mode, ...id] = key.split(":");
  return { mode, id: id.join(":") };
}

/** Her own words, put there by whatever she did. */
export function written(state, mode, id, text, now = state.now) {
  if (draftOf(state, mode, id) === text) return state;
  return withMark(withText(state, mode, id, text), mode, id, { dirty: true, typedAt: now });
}

export const DRAFT_REDUCERS = {
  drafted: (state, { id, text, mode = "reply", now }) => written(state, mode, id, text, now),
  moded: (state, { id, mode }) => (modeOf(state, id) === mode ? state : { ...state, modes: { ...state.modes, [id]: mode } }),
  /** Another tab of this browser wrote it, and brings it to the server. */
  draftMirrored: (state, { id, mode, text }) => (draftOf(state, mode, id) === text
    ? state : withMark(withText(state, mode, id, text), mode, id, { dirty: false })),
  "told:draft": (state, { frame, now }) => heardOf(state, { ...frame.data, sessionId: frame.sessionId }, now),
  /** `asked` is `state.draftSerial` when they were asked for: what happened since is newer. */
  draftsLoaded: (state, { drafts, asked, now }) => {
    const told = new Map(drafts.map((draft) => [keyOf(draft.mode, draft.sessionId), draft]));
    const here = Object.keys(TABLES).flatMap((mode) => Object.keys(state[TABLES[mode]]).map((id) => keyOf(mode, id)));
    return [...new Set([...told.keys(), ...here])].reduce((next, key) => {
      const { mode, id } = partsOfKey(key);
      if (markedAs(next, mode, id).serial > asked) return next;
      return told.has(key) ? heardOf(next, told.get(key), now) : missed(next, mode, id, now);
    }, state);
  },
  draftSending: (state, { mode, id, text }) => withMark(state, mode, id, { sending: text }),
  /** The server has it. `other` is what stood there and was not what we knew. */
  draftKept: (state, { mode, id, text, revision, other }) => {
    const mine = draftOf(state, mode, id);
    const lost = other?.text && other.text !== mine && other.text !== text ? other : markedAs(state, mode, id).other;
    return withMark(state, mode, id, { revision: known(text, revision), dirty: mine !== text, sending: null, other: lost });
  },
  /** The server does not want it (`dirty` false), or could not be asked. */
  draftNotKept: (state, { mode, id, dirty }) => withMark(state, mode, id, { dirty, sending: null, alone: !dirty }),
  /** The two change places, so that she can change her mind again. */
  otherRestored: (state, { mode, id, now }) => {
    const { other } = markedAs(state, mode, id);
    if (!other) return state;
    const mine = draftOf(state, mode, id);
    return withMark(written(state, mode, id, other.text, now), mode, id, { other: mine ? { text: mine } : null });
  },
  otherDropped: (state, { mode, id }) => withMark(state, mode, id, { other: null }),
};

/** The draft as another device, or the server after a cut, has it. */
function heardOf(state, { sessionId: id, mode, text, revision, updatedAt }, now) {
  if (!TABLES[mode]) return state;
  const mine = draftOf(state, mode, id);
  const mark = markedAs(state, mode, id);
  if (revision <= mark.revision) return state;
  if (text === mine) return withMark(state, mode, id, { revision: known(text, revision), dirty: false });
  if (text === mark.sending) return withMark(state, mode, id, { revision });
  const sent = !text && !mark.dirty; // there, as it stood here
  if (sent || !(mark.dirty || isTyping(mark, now))) {
    const change = { revision: known(text, revision), other: sent ? null : mark.other };
    return withMark(withText(state, mode, id, text), mode, id, change);
  }
  return withMark(state, mode, id, { revision, dirty: true, other: text ? { text, updatedAt } : mark.other });
}

/** The server has none: what it had was sent elsewhere, what it never had is brought to it. */
function missed(state, mode, id, now) {
  const mark = markedAs(state, mode, id);
  if (mark.alone) return state;
  const never = !mark.revision; // another tab's too, whose login ended before it could bring it
  if (never || mark.dirty || isTyping(mark, now)) return withMark(state, mode, id, { dirty: true, revision: 0 });
  return withMark(withText(state, mode, id, ""), mode, id, { revision: 0 });
}

/** Of what was given up the server forgets after a while how often it was written, and begins anew. */
const known = (text, revision) => (text ? revision : 0);

const isTyping = ({ typedAt }, now) => now - typedAt < TYPING;

function withText(state, mode, id, text) {
  const table = TABLES[mode];
  if (text) return { ...state, [table]: { ...state[table], [id]: text } };
  const { [id]: _, ...texts } = state[table];
  return { ...state, [table]: texts };
}

function withMark(state, mode, id, change) {
  const draftSerial = state.draftSerial + 1;
  const mark = { ...markedAs(state, mode, id), ...change, serial: draftSerial };
  return { ...state, draftSerial, draftMarks: { ...state.draftMarks, [keyOf(mode, id)]: mark } };
}

/** Nobody can say it any more; the server forgets it by itself. */
export function withoutDraft(state, id) {
  if (!draftOf(state, "reply", id)) return state;
  return withMark(withText(state, "reply", id, ""), "reply", id, { dirty: false, other: null });
}
