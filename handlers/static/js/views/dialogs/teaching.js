/* Where an answer is made an entry of the knowledge base: with what was asked, other ways to ask it, and its channel. */

import { h, set } from "../parts/dom.js";
import { CHANNELS } from "../../state/sessions.js";
import { LONGEST_ANSWER, LONGEST_QUESTION, answered, entryOf, faultOf } from "../../state/teaching.js";
import { words } from "../../texts/texts.js";

const KEY_OF_INPUT_METHOD = 229;

export function mount(element, actions) {
  const title = h("h2", { id: "teaching-title" });
  const question = h("input", { maxlength: LONGEST_QUESTION, autocomplete: "off", required: true });
  const alternatives = h("textarea", { rows: 2 });
  const answer = h("textarea", { rows: 4, maxlength: LONGEST_ANSWER, required: true });
  const options = ["", ...CHANNELS].map((channel) => new Option("", channel)); // or an empty value would be its text
  const channel = h("select", {}, ...options);
  const names = {};
  const field = (name, control) => {
    names[name] = h("span", { class: "asking-label" });
    return h("label", { class: "asking-field" }, names[name], control);
  };
  const hint = h("p", { class: "muted" });
  const wrong = h("p", { class: "error", role: "alert" });
  const back = h("button", { type: "button", on: { click: shut } });
  const yes = h("button", { type: "submit", class: "primary" });
  const form = h("form", { class: "asking-form", novalidate: true, on: { submit, keydown } }, title,
    field("teachQuestion", question), field("teachAlternatives", alternatives), field("teachAnswer", answer),
    field("teachChannel", channel), hint, wrong, h("div", { class: "asking-foot" }, back, yes));
  const dialog = h("dialog", {
    class: "asking", "aria-labelledby": "teaching-title", on: { cancel: shut, close: shut },
  }, form);
  element.append(dialog);

  function shut() {
    actions.askTeach(null);
  }

  let latest = null;
  let busy = false;

  const w = (...args) => words(latest.prefs.lang)(...args);

  function open() {
    const known = answered(latest, latest.teaching) ?? { question: "", answer: "" };
    question.value = known.question;
    answer.value = known.answer;
    alternatives.value = "";
    channel.value = "";
    say("");
    dialog.showModal();
    question.focus();
  }

  function say(trouble) {
    set(wrong, { text: trouble, hidden: !trouble });
  }

  /** While an input method composes, Enter belongs to it. */
  function keydown(event) {
    if (event.key === "Enter" && (event.isComposing || event.keyCode === KEY_OF_INPUT_METHOD)
      && event.target === question) event.preventDefault();
  }

  async function submit(event) {
    event.preventDefault();
    if (busy) return;
    const entry = entryOf({
      question: question.value, alternatives: alternatives.value, answer: answer.value, channel: channel.value,
    });
    const fault = faultOf(entry);
    if (fault) {
      say(w(...fault));
      (entry.question ? entry.answer ? alternatives : answer : question).focus();
      return;
    }
    busy = true;
    say("");
    show();
    say(await actions.teach(entry));
    busy = false;
    show();
  }

  function show() {
    set(title, { text: w("teach") });
    for (const [name, node] of Object.entries(names)) set(node, { text: w(name) });
    for (const option of options) {
      set(option, { text: option.value ? w(`channels.${option.value}`) : w("teachEverywhere") });
    }
    set(hint, { text: w("teachHint") });
    set(back, { text: w("cancel") });
    set(yes, { text: w(busy ? "teaching" : "teachYes"), disabled: busy });
  }

  return {
    update(state) {
      latest = state;
      if (!state.teaching) {
        if (dialog.open) dialog.close();
        return;
      }
      show();
      if (!dialog.open) open();
    },
  };
}
