/* Below a note: where who wrote it writes it anew, or is asked whether it may go. */

import { h, set } from "../parts/dom.js";
import { lengthOf } from "../../state/platform.js";
import { box } from "../composer/box.js";

const LONGEST = 4000; // characters

/** `left` is called when she thinks better of it, to give the focus back. */
export function rewriting(actions, left) {
  const text = box({ id: null, on: { typed: check, sent: save, keyed, moved() {}, pasted() {} } });
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

  function check() {
    const length = lengthOf(text.field.value.trim());
    set(yes, { disabled: busy || (asked === "edit" && (!length || length > LONGEST)) });
  }

  function begin() {
    if (asked === "edit") {
      text.update({ value: note.content, force: true });
      text.field.focus();
    } else {
      yes.focus();
    }
  }

  return {
    element,
    edits: () => asked === "edit",
    /** `how` is what is being done to the note, null if nothing. */
    update(latest, how, key, w) {
      note = latest;
      const before = asked;
      busy = how?.phase === "busy";
      if (!busy) asked = how?.phase ?? null;
      set(element, { hidden: !asked });
      if (!asked) return;
      const edits = asked === "edit";
      text.element.hidden = !edits;
      text.update({ value: text.field.value, key, "aria-label": w("noteEdit") });
      set(question, { text: edits ? "" : w("noteRemoveSure"), hidden: edits });
      set(yes, { text: w(edits ? "noteSave" : "noteRemoveYes"), class: edits ? "primary" : "danger" });
      set(no, { text: w("cancel") });
      set(why, { text: how.error ?? "" });
      does = edits ? save : () => actions.removeNote(note);
      if (asked !== before) begin();
      check();
    },
  };
}
