/*
 * The assistant's help with a reply: what was asked of it, what it wrote, and what of that stands in the reply. Pure.
 *
 * `state.helps` has an entry for each session in which it was asked: `{key, what, phase, drafts, error}`. `state.helped`
 * is the text it put into a reply and the one that stood there `before`; it counts until she changes a letter.
 */

import { written } from "./drafts.js";
import { mayAccept } from "./rights.js";

export const MANNERS = ["politer", "shorter", "longer", "fix"];

/** What stands in the reply as it was written for her; null once she has edited it. */
export function markOf({ helped, drafts }, id) {
  const mark = helped[id];
  return mark && mark.text === drafts[id] ? mark : null;
}

/** Whether these words are the assistant's own, all of them and unchanged. */
export function isAsDrafted(state, id, text) {
  const mark = markOf(state, id);
  return Boolean(mark) && !mark.before.trim() && mark.text.trim() === text;
}

/** Whether there is somebody to be helped: who may write, or may be about to. */
export const isHelped = (session, writable) => writable || mayAccept(session);

/** What it can help with here: `{suggest, polish, summary}`. Of an assistant that is off nothing is expected. */
export function helpsWith({ serves = [], polishes = false, suggests = false }) {
  return { suggest: suggests, polish: polishes, summary: suggests || serves.length > 0 };
}

/** The reply with a text put into it: below what she has begun, in the place of what was put there before. */
export function replyWith(state, id, text) {
  const mark = markOf(state, id);
  const before = mark ? mark.before : state.drafts[id] ?? "";
  return { before, text: before.trim() ? `${before.trimEnd()}\n${text}` : text };
}

export const HELP_REDUCERS = {
  helpAsked: (state, { id, key, what }) => withHelp(state, id, { key, what, phase: "asking", drafts: [], error: "" }),
  helpTold: (state, { id, key, drafts }) => answered(state, id, key, { phase: "ready", drafts }),
  helpFailed: (state, { id, key, error }) => answered(state, id, key, { phase: "failed", error }),
  helpGone: (state, { id }) => (state.helps[id] ? withHelp(state, id, null) : state),
  helpUsed: (state, { id, text, before, doubts }) => {
    const next = written(state, "reply", id, text);
    return { ...next, helped: { ...state.helped, [id]: { text, before, doubts } } };
  },
  helpUndone: (state, { id }) => {
    const mark = markOf(state, id);
    if (!mark) return state;
    const { [id]: _, ...helped } = state.helped;
    return { ...written(state, "reply", id, mark.before), helped };
  },
};

/** An answer to what was given up, or asked anew since, is nobody's. */
function answered(state, id, key, change) {
  const help = state.helps[id];
  return help?.key === key ? withHelp(state, id, { ...help, ...change }) : state;
}

function withHelp(state, id, help) {
  const { [id]: _, ...helps } = state.helps;
  return { ...state, helps: help ? { ...helps, [id]: help } : helps };
}
