/* A note for colleagues, where it was written: never to be taken for something that was said to the customer. */

import { each, h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { cutAtNames, mentions } from "../../state/notes.js";
import { agentName } from "../../state/state.js";
import { rewriting } from "./rewriting.js";

export function internal({ actions, sessionId }) {
  const author = h("span", { class: "author" });
  const inside = h("span", { class: "internal-inside" });
  const time = h("time");
  const edited = h("span", { class: "internal-edited" });
  const head = h("div", { class: "internal-head" }, icon("lock"), author, inside, time, edited);
  const words = h("p", { class: "content internal-words" });
  const fate = h("span", { class: "internal-fate" });
  const again = h("button", { type: "button", on: { click: () => actions.noteAgain(sessionId, note) } });
  const drop = h("button", { type: "button", on: { click: () => actions.unnote(sessionId, note.clientNoteId) } });
  const trouble = h("div", { class: "internal-trouble" }, fate, again, drop);
  const gone = h("span", { class: "internal-gone" });
  const element = h("li", { class: "internal-note", tabindex: -1 }, head, words, trouble, gone);
  let note = null;
  let given = null;
  let change = null; // where it is written anew, or taken away: made once she wants to

  return {
    element,
    /** What can be done with it rests on these; a note that is on its way, or gone, has none. */
    facts: () => ({ note: note.noteId && !note.removedAt ? note : null, sessionId, ...given }),
    update({ item, given: latest }) {
      note = item.internal;
      given = latest;
      const { state, w } = given;
      const removed = Boolean(note.removedAt);
      set(element, { "data-state": note.state ?? null, "data-mine": mentions(note, state.me), "data-removed": removed });
      for (const node of [head, words]) node.hidden = removed;
      set(gone, { text: removed ? goneIn(note, state, w) : "", hidden: !removed });
      set(author, { text: agentName(state, note.csId) });
      set(inside, { text: w("insideOnly") });
      set(time, { text: w.time(item.at), datetime: new Date(item.at).toISOString(), title: w.full(item.at) });
      set(edited, { text: note.editedAt ? w("noteEdited") : "", hidden: !note.editedAt, title: formerIn(note, w) });
      const parts = cutAtNames(note, state.agents).map((part, place) => ({ ...part, place, mine: part.csId === state.me.csId }));
      each(words, parts, ({ place }) => place, piece);
      underway(w);
      changing(state, w);
    },
  };

  function underway(w) {
    const failed = note.state === "failed";
    const told = failed ? w("because", { note: w("noteFailed"), reason: note.reason }) : w("noteSending");
    set(trouble, { hidden: !note.state, role: failed ? "alert" : null });
    set(fate, { text: note.state ? told : "" });
    set(again, { text: w("retry"), hidden: !failed });
    set(drop, { text: w("discard"), hidden: !failed });
  }

  function changing(state, w) {
    if (state.renoting[note.noteId] && !change) {
      change = rewriting(actions, () => element.focus({ preventScroll: true }));
      element.append(change.element);
    }
    change?.update(note, state, w);
    if (change?.edits()) words.hidden = true;
  }
}

const goneIn = ({ csId, removedAt }, state, w) =>
  w("noteRemoved", { name: agentName(state, csId), time: w.time(Date.parse(removedAt)) });

const formerIn = ({ former }, w) => former?.map((text) => w("noteFormer", { text })).join("\n") ?? null;

function piece() {
  const element = h("span");
  return {
    element,
    update: ({ text, csId, mine }) => set(element, { text, class: csId ? "mention" : null, "data-mine": mine }),
  };
}
