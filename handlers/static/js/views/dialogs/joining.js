/* The guide to joining a channel (接入向导): first which way, then its steps, with all that has to be copied. */

import { each, h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { choiceOf, nameOf, whatOf } from "./joining-choice.js";
import { stepsView } from "./joining-steps.js";
import { DEMO, chosenWay } from "../../state/joining.js";
import { words } from "../../texts/texts.js";

export function mount(element, actions) {
  const title = h("h2", { id: "joining-title" });
  const intro = h("p", { class: "muted joining-intro" });
  const errorText = h("span");
  const error = h("div", { class: "card-error", role: "alert" }, icon("warn"), errorText);
  const choice = choiceOf(actions);
  const steps = stepsView(actions);
  const body = h("div", { class: "joining-body", tabindex: 0, role: "region", "aria-labelledby": "joining-title" },
    error, choice.element, steps.element);
  const back = h("button", { type: "button", on: { click: () => actions.chooseWay(null) } });
  const close = h("button", { type: "button", class: "primary", on: { click: shut } });
  const status = h("p", { class: "unseen", role: "status" });
  const dialog = h("dialog", {
    class: "joining", "aria-labelledby": "joining-title", on: { cancel: shut, close: shut },
  }, h("div", { class: "joining-head" }, title, intro), body, h("div", { class: "checkup-foot" }, back, close), status);
  element.append(dialog);
  let shown = null;

  function shut() {
    actions.closeGuide();
  }

  /** Where she goes on reading: at the top of the steps, or at the way she has come back from. */
  function turn(chosen) {
    if (chosen) {
      body.focus();
      body.scrollTop = 0;
    } else {
      choice.element.querySelector(`[data-way="${shown}"]`)?.focus();
    }
    shown = chosen;
  }

  return {
    update({ joining, prefs }) {
      if (!joining.open) {
        if (dialog.open) dialog.close();
        return;
      }
      const w = words(prefs.lang);
      const { phase, chosen, copied } = joining;
      const way = chosenWay(joining);
      const named = way ? w("joining.of", { way: nameOf(way, w) }) : w("joining.title");
      set(title, { text: chosen === DEMO ? w("joining.demo.title") : named });
      set(intro, { text: introOf(joining, way, w) });
      error.hidden = phase !== "failed" || chosen === DEMO;
      set(errorText, { text: joining.error || w("loadFailed") });
      choice.element.hidden = Boolean(chosen) || phase !== "ready";
      choice.update(joining, w);
      steps.element.hidden = chosen !== DEMO && !way;
      steps.update(joining, way, w);
      set(back, { text: w("joining.back"), hidden: !chosen });
      set(close, { text: w("closeHelp") });
      set(status, { text: copied ? w(copied.done ? "joining.copied" : "joining.notCopied") : "" });
      if (!dialog.open) {
        dialog.showModal();
        shown = null;
        if (!chosen) close.focus();
      }
      if (chosen !== shown) turn(chosen);
    },
  };
}

function introOf({ phase, chosen }, way, w) {
  if (chosen === DEMO) return w("joining.demo.what");
  if (way) return whatOf(way, w);
  return w(phase === "asking" ? "loading" : "joining.choose");
}
