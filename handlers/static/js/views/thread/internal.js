/* A note for colleagues, where it was written: never to be taken for something that was said to the customer. */

import { each, h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { cutAtNames, mentions } from "../../state/notes.js";
import { agentName } from "../../state/state.js";

export function internal({ actions, sessionId }) {
  const author = h("span", { class: "author" });
  const inside = h("span", { class: "internal-inside" });
  const time = h("time");
  const head = h("div", { class: "internal-head" }, icon("lock"), author, inside, time);
  const words = h("p", { class: "content internal-words" });
  const fate = h("span", { class: "internal-fate" });
  const again = h("button", { type: "button", on: { click: () => actions.noteAgain(sessionId, note) } });
  const drop = h("button", { type: "button", on: { click: () => actions.unnote(sessionId, note.clientNoteId) } });
  const trouble = h("div", { class: "internal-trouble" }, fate, again, drop);
  const element = h("li", { class: "internal-note" }, head, words, trouble);
  let note = null;

  return {
    element,
    update({ item, given: { state, w } }) {
      note = item.internal;
      const failed = note.state === "failed";
      set(element, { "data-state": note.state ?? null, "data-mine": mentions(note, state.me) });
      set(author, { text: agentName(state, note.csId) });
      set(inside, { text: w("insideOnly") });
      set(time, { text: w.time(item.at), datetime: new Date(item.at).toISOString(), title: w.full(item.at) });
      const parts = cutAtNames(note, state.agents).map((part, place) => ({ ...part, place, mine: part.csId === state.me.csId }));
      each(words, parts, ({ place }) => place, piece);
      const told = failed ? w("because", { note: w("noteFailed"), reason: note.reason }) : w("noteSending");
      set(trouble, { hidden: !note.state, role: failed ? "alert" : null });
      set(fate, { text: note.state ? told : "" });
      set(again, { text: w("retry"), hidden: !failed });
      set(drop, { text: w("discard"), hidden: !failed });
    },
  };
}

function piece() {
  const element = h("span");
  return {
    element,
    update: ({ text, csId, mine }) => set(element, { text, class: csId ? "mention" : null, "data-mine": mine }),
  };
}
