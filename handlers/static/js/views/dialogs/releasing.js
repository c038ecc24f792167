/* Handing back to the assistant: it may be told what came of it, so that it does not ask for a person again. */

import { h, set } from "../parts/dom.js";
import { mayServe } from "../../state/rights.js";
import { words } from "../../texts/texts.js";

const LONGEST = 2048; // characters; the most the server takes
const KEY_OF_INPUT_METHOD = 229;

export function mount(element, actions) {
  const title = h("h2", { id: "releasing-title" });
  const name = h("span", { class: "asking-label" });
  const text = h("textarea", { rows: 3, maxlength: LONGEST, "aria-describedby": "releasing-hint", on: { keydown } });
  const hint = h("p", { class: "muted", id: "releasing-hint" });
  const keys = h("p", { class: "muted asking-keys" });
  const back = h("button", { type: "button", on: { click: shut } });
  const yes = h("button", { type: "submit", class: "primary" });
  const form = h("form", { class: "asking-form", on: { submit } }, title, h("label", { class: "asking-field" }, name, text),
    hint, h("div", { class: "asking-foot" }, keys, back, yes));
  const dialog = h("dialog", {
    class: "asking", "aria-labelledby": "releasing-title", on: { cancel: shut, close: shut },
  }, form);
  element.append(dialog);

  function shut() {
    actions.askRelease(null);
  }

  let id = null;

  /** As in the reply; while an input method composes, Enter belongs to it. */
  function keydown(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === KEY_OF_INPUT_METHOD) return;
    event.preventDefault();
    if (!event.repeat) form.requestSubmit();
  }

  function submit(event) {
    event.preventDefault();
    if (id) actions.release(id, text.value.trim());
  }

  function open(state) {
    id = state.releasing;
    text.value = "";
    dialog.showModal();
    text.focus();
  }

  return {
    update(state) {
      const session = state.sessions[state.releasing];
      if (!session || !mayServe(session, state.me)) { // it may have moved meanwhile
        id = null;
        if (dialog.open) dialog.close();
        return;
      }
      const w = words(state.prefs.lang);
      set(title, { text: w("releaseTitle") });
      set(name, { text: w("conclusion") });
      set(text, { placeholder: w("conclusionExample") });
      set(hint, { text: w("conclusionHint") });
      set(keys, { text: w("conclusionKeys") });
      set(back, { text: w("cancel") });
      set(yes, { text: w("release") });
      if (!dialog.open) open(state);
    },
  };
}
