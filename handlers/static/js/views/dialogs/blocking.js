/* Before a customer is blocked: what that means, and why it is done. */

import { h, set } from "../parts/dom.js";
import { mayBlock } from "../../state/rights.js";
import { customerName } from "../../state/state.js";
import { words } from "../../texts/texts.js";

const LONGEST = 200; // characters; the most the server takes

export function mount(element, actions) {
  const title = h("h2", { id: "blocking-title" });
  const hint = h("p", { id: "blocking-hint" });
  const name = h("span", { class: "asking-label" });
  const reason = h("input", { maxlength: LONGEST, autocomplete: "off" });
  const back = h("button", { type: "button", on: { click: () => dialog.close() } });
  const yes = h("button", { type: "submit", class: "danger" });
  const form = h("form", { class: "asking-form", on: { submit } }, title, hint,
    h("label", { class: "asking-field" }, name, reason), h("div", { class: "asking-foot" }, back, yes));
  const dialog = h("dialog", {
    class: "asking", "aria-labelledby": "blocking-title", "aria-describedby": "blocking-hint",
    on: { close: () => actions.askBlock(null) },
  }, form);
  element.append(dialog);
  let id = null;

  function submit(event) {
    event.preventDefault();
    if (id) actions.block(id, reason.value.trim());
  }

  function open(state) {
    id = state.blocking;
    reason.value = "";
    dialog.showModal();
    reason.focus();
  }

  return {
    update(state) {
      const session = state.sessions[state.blocking];
      if (!session || !mayBlock(session, state.me) || session.blocked) { // it may have moved meanwhile
        id = null;
        if (dialog.open) dialog.close();
        return;
      }
      const w = words(state.prefs.lang);
      set(title, { text: w("blockTitle", { name: customerName(session) }) });
      set(hint, { text: w("blockHint") });
      set(name, { text: w("blockReason") });
      set(reason, { placeholder: w("blockExample") });
      set(back, { text: w("cancel") });
      set(yes, { text: w("block") });
      if (!dialog.open) open(state);
    },
  };
}
