/* When to be reminded of a session, at a time of her own; what cannot be is said in words and nothing is lost. */

import { h, set } from "../parts/dom.js";
import { FURTHEST, chosenTime, fieldOf } from "../../state/reminders.js";
import { customerName, serverNow } from "../../state/state.js";
import { words } from "../../texts/texts.js";

const USUAL = 60 * 60_000; // ms from now, to begin with

export function mount(element, actions) {
  const title = h("h2", { id: "timing-title" });
  const name = h("span", { class: "asking-label" });
  const field = h("input", { type: "datetime-local", "aria-describedby": "timing-fault", on: { input: () => tell("") } });
  const fault = h("p", { id: "timing-fault", class: "error", role: "alert" });
  const back = h("button", { type: "button", on: { click: () => actions.askTime(null) } });
  const yes = h("button", { type: "submit", class: "primary" });
  const form = h("form", { class: "asking-form", novalidate: true, on: { submit } }, title,
    h("label", { class: "asking-field" }, name, field), fault, h("div", { class: "asking-foot" }, back, yes));
  const dialog = h("dialog", {
    class: "asking", "aria-labelledby": "timing-title", on: { close: () => actions.askTime(null) },
  }, form);
  element.append(dialog);
  let latest = null;

  function submit(event) {
    event.preventDefault();
    const { at, fault: wrong } = chosenTime(field.value, serverNow(latest));
    if (wrong) {
      tell(words(latest.prefs.lang)(wrong));
      field.focus();
      return;
    }
    actions.remind(latest.timing, at);
    actions.askTime(null);
  }

  function tell(text) {
    set(fault, { text, hidden: !text });
    set(field, { "aria-invalid": text ? "true" : null });
  }

  function open(state) {
    const now = serverNow(state);
    set(field, { min: fieldOf(now), max: fieldOf(now + FURTHEST) });
    const known = state.reminders[state.timing]?.at;
    field.value = fieldOf(known > now ? known : now + USUAL);
    tell("");
    dialog.showModal();
    field.focus();
  }

  return {
    update(state) {
      latest = state;
      const session = state.sessions[state.timing];
      if (!session) {
        if (dialog.open) dialog.close();
        return;
      }
      const w = words(state.prefs.lang);
      set(title, { text: w("remindTitle", { name: customerName(session) }) });
      set(name, { text: w("remindTime") });
      set(back, { text: w("cancel") });
      set(yes, { text: w("remindYes") });
      if (!dialog.open) open(state);
    },
  };
}
