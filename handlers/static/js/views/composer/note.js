/* Where a note for colleagues is written. It is another box than the reply's, and knows no way to the customer. */

import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { draftOf } from "../../state/drafts.js";
import { lengthOf } from "../../state/platform.js";
import { box, hasKeyboard } from "./box.js";
import { emoji } from "./emoji.js";
import { goods } from "./goods.js";
import { mentions } from "./mentions.js";
import { other } from "./other.js";

const LONGEST = 4000; // characters
const COUNT_FROM = 0.8;

export function noting(actions) {
  const text = box({ id: "note", on: { typed, sent: submit, keyed, moved, pasted() {} } });
  const named = mentions(text, () => latest);
  const lists = [named, goods(text, actions, () => latest, { id: "note-goods", cards: false })];
  const lost = other(actions, "note");
  const faces = emoji(actions, (one) => text.insert(one));
  const at = h("button", { type: "button", class: "icon-button", on: { click: () => named.open() } }, icon("at"));
  const hint = h("span", { class: "hint muted" });
  const counter = h("span", { class: "counter" });
  const save = h("button", { type: "button", class: "primary send", on: { click: submit } }, icon("note"), h("span"));
  const only = h("span");
  const element = h("div", { class: "writing noting" },
    h("p", { class: "note-only" }, icon("lock"), only), lost.element, text.element,
    h("div", { class: "composer-foot" }, h("div", { class: "composer-tools" }, faces.element, at), hint, counter, save));
  let id = null;
  let latest = null;
  let shown = false;

  function typed(value) {
    actions.draftNote(id, value);
  }

  function moved() {
    for (const list of lists) list.look();
  }

  function keyed(event) {
    return lists.some((list) => list.keyed(event));
  }

  function submit() {
    const said = text.field.value.trim();
    if (!said || lengthOf(said) > LONGEST) return;
    text.clear();
    for (const list of lists) list.close();
    actions.draftNote(id, "");
    actions.addNote(id, said);
    text.focus();
  }

  return {
    element,
    update(state, session, w, on) {
      const fresh = id !== session.sessionId;
      id = session.sessionId;
      latest = { state, session };
      ({ shown } = on);
      element.hidden = !shown;
      if (!shown) return;
      const draft = draftOf(state, "note", id);
      const length = lengthOf(draft.trim());
      text.update({
        value: draft, force: fresh, key: state.own.send?.key, placeholder: w("notePrompt"), "aria-label": w("noteLabel"),
      });
      lost.update(state, session, w);
      for (const list of lists) list.update(w);
      faces.update(state, w);
      set(only, { text: w("noteOnly") });
      set(at, { "aria-label": w("mention"), title: w("mention") });
      set(hint, { text: hasKeyboard() ? w(`noteHints.${state.own.send?.key ?? "enter"}`) : "" });
      const over = length > LONGEST;
      const used = length >= COUNT_FROM * LONGEST ? w("used.characters", { used: length, most: LONGEST }) : "";
      set(counter, { text: over ? w("tooLong", { n: length - LONGEST }) : used, "data-over": over });
      counter.hidden = !counter.textContent;
      set(save.lastChild, { text: w("noteSend") });
      set(save, { disabled: !length || over });
    },
  };
}
