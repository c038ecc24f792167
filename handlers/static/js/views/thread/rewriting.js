/* Below a note: where who wrote it writes it anew, or is asked whether it may go. */

import { h, set } from "../parts/dom.js";
import { lengthOf } from "../../state/platform.js";
import { box } from "../composer/box.js";

const LONGEST = 4000; // characters

/** `left` is called when she thinks better of it, to give the focus back. */
export function rewriting(actions, left) {
  const text = box({ id: null, on: { typed, sent: save, keyed, moved() {}, pasted() {} } });
  const question = h("span");
  const yes = h("button", { type: "button", on: { click: () => does() } });
  const no = h("button", { type: "button", on: { click: leave } });
  const why = h("span", { class: "internal-fate", role: "alert" });
  const element = h("div", { class: "rewriting", hidden: true }, text.element,
    h("div", { class: "internal-trouble" }, question, yes, no, why));
  let note = null;
  let asked = null; // edit or sure: of her; the server is asked meanwhile if it is `busy`
  let busy = false;
  let does = () => {};

  function leave() {
    actions.askRenote(note.noteId, null);
    left();
  }

  function save() {
    const words = text.field.value.trim();
    if (yes.disabled) return;
    if (words === note.content) leave();
    else actions.editNote(note, words);
  }

  function keyed({ key }) {
    if (key === "Escape") leave();
    return key === "Escape";
  }

  /** Kept, since she may go to another customer meanwhile. */
  function typed(words) {
    actions.rewriteNote(note.noteId, words);
    check();
  }

  function check() {
    const length = lengthOf(text.field.value.trim());
    set(yes, { disabled: busy || (asked === "edit" && (!length || length > LONGEST)) });
  }

  /** With what she had `written` before she went elsewhere, if she comes back to it. */
  function begin(written) {
    if (asked === "edit") text.update({ value: written ?? note.content, force: true });
    if (asked === "edit" && written === undefined) text.field.focus();
    if (asked === "sure") yes.focus();
  }

  return {
    element,
    edits: () => asked === "edit",
    update(latest, state, w) {
      note = latest;
      const how = note.removedAt ? null : state.renoting[note.noteId] ?? null;
      const before = asked;
      busy = how?.phase === "busy";
      if (!busy) asked = how?.phase ?? null;
      set(element, { hidden: !asked });
      if (!asked) return;
      const edits = asked === "edit";
      text.element.hidden = !edits;
      text.update({ value: text.field.value, key: state.own.send?.key, "aria-label": w("noteEdit") });
      set(question, { text: edits ? "" : w("noteRemoveSure"), hidden: edits });
      set(yes, { text: w(edits ? "noteSave" : "noteRemoveYes"), class: edits ? "primary" : "danger" });
      set(no, { text: w("cancel") });
      set(why, { text: how.error ?? "" });
      does = edits ? save : () => actions.removeNote(note);
      if (asked !== before) begin(state.rewritten[note.noteId]);
      check();
    },
  };
}
