/* What colleagues should know of the customer, whichever session it is. Written down as it is typed. */

import { h, set, whenChanged } from "../parts/dom.js";
import { LONGEST_ABOUT, personOf } from "../../state/people.js";

const PAUSE = 800; // ms between keystrokes and the server

export function about(actions) {
  const text = h("textarea", { rows: 2, maxlength: LONGEST_ABOUT, on: { input: typed, blur: flush } });
  const fate = h("p", { class: "about-fate muted", role: "status" });
  const element = h("div", { class: "about" }, text, fate);
  let id = null;
  let timer = null;
  let written = false; // in this session, so that it is worth a word that it was kept

  function typed() {
    grow();
    clearTimeout(timer);
    timer = setTimeout(flush, PAUSE);
  }

  /** Also when she goes elsewhere. */
  function flush() {
    if (timer === null) return;
    clearTimeout(timer);
    timer = null;
    written = true;
    actions.describe(id, { note: text.value.trim() });
  }

  function grow() {
    text.style.height = "auto";
    text.style.height = `${text.scrollHeight + 2}px`;
  }

  const fit = whenChanged(grow); // which makes the browser lay out the page, in the midst of what a new session changes

  return {
    element, writes: true,
    focus: () => text.focus(),
    summary: (state, session) => noteOf(personOf(state, session.sessionId)).split("\n")[0] || null,
    update(state, session, w) {
      if (id !== session.sessionId) {
        flush();
        [id, written] = [session.sessionId, false];
        text.value = "";
      }
      const person = personOf(state, id);
      const note = noteOf(person);
      if (document.activeElement !== text && timer === null && text.value.trim() !== note) text.value = note;
      fit(text.value, element.closest("[hidden]"));
      set(text, { placeholder: w("about"), "aria-label": w("panelSections.about") });
      const saving = person.saving.note !== undefined;
      const why = saving && person.fault;
      set(fate, {
        text: why ? w("aboutUnsaved", { why }) : saving ? w("aboutSaving") : written ? w("aboutSaved") : "",
        class: `about-fate ${why ? "error" : "muted"}`,
      });
    },
  };
}

const noteOf = ({ saving, customer }) => saving.note ?? customer?.note ?? "";
