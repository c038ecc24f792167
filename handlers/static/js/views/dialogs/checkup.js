/* The checkup (接入体检): whether each channel is joined as it should be, and what to do where it is not. */

import { each, h, set } from "../parts/dom.js";
import { changingIcon, icon } from "../parts/icons.js";
import { grouped, tally } from "../../state/checkup.js";
import { words } from "../../texts/texts.js";

const ICONS = { ok: "check", warn: "warn", fail: "close", skipped: "pause" };

export function mount(element, actions) {
  const title = h("h2", { id: "checkup-title" });
  const at = h("p", { class: "muted checkup-at" });
  const errorText = h("span");
  const error = h("div", { class: "card-error", role: "alert" }, icon("warn"), errorText);
  const skeleton = h("div", { class: "checkup-skeleton", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
  const groups = h("div", { class: "checkup-groups" });
  const again = h("button", { type: "button", class: "primary", on: { click: actions.checkUp } });
  const guide = h("button", { type: "button", class: "quiet", on: { click: () => actions.openGuide() } });
  const close = h("button", { type: "button", on: { click: shut } });
  const body = h("div", { class: "checkup-body", tabindex: 0, role: "region", "aria-labelledby": "checkup-title" },
    error, skeleton, groups);
  const dialog = h("dialog", {
    class: "checkup", "aria-labelledby": "checkup-title", on: { cancel: shut, close: shut },
  }, h("div", { class: "checkup-head" }, title, at), body, h("div", { class: "checkup-foot" }, guide, again, close));
  const status = h("p", { class: "unseen", role: "status" });
  dialog.append(status);
  element.append(dialog);

  function shut() {
    actions.closeCheckup();
  }

  return {
    update(state) {
      const { open, phase, report, error: why } = state.checkup;
      if (!open) {
        if (dialog.open) dialog.close();
        return;
      }
      const w = words(state.prefs.lang);
      const asking = phase === "asking";
      set(title, { text: w("checkup") });
      const findings = report?.findings ?? [];
      const sum = tally(findings).map(([result, n]) => w(`checkupCounts.${result}`, { n })).join(" · ");
      const when = report ? w("checkedAt", { time: w.full(Date.parse(report.checkedAt)) }) : "";
      set(at, { text: asking ? w("checking") : [when, sum].filter(Boolean).join(" · ") });
      set(status, { text: asking ? w("checking") : sum });
      error.hidden = phase !== "failed";
      set(errorText, { text: why || w("noCheckup") });
      skeleton.hidden = !asking || findings.length > 0;
      set(groups, { "data-old": asking, "aria-busy": String(asking) });
      each(groups, grouped(findings).map((group) => ({ group, w })), ({ group }) => group.channel, makeGroup);
      set(again, { text: w(asking ? "checking" : "checkAgain"), disabled: asking });
      set(guide, { text: w("joining.title") });
      set(close, { text: w("closeHelp") });
      if (!dialog.open) {
        dialog.showModal();
        close.focus();
      }
    },
  };
}

function makeGroup() {
  const name = h("h3");
  const steps = h("ul", { class: "checkup-steps" });
  return {
    element: h("section", { class: "checkup-group" }, name, steps),
    update({ group: { channel, findings }, w }) {
      set(name, { text: w.knows(`checkupGroups.${channel}`) ? w(`checkupGroups.${channel}`) : channel });
      each(steps, findings.map((finding) => ({ finding, w })), ({ finding }) => finding.step, makeStep);
    },
  };
}

function makeStep() {
  const sign = changingIcon("check");
  const word = h("span");
  const title = h("span", { class: "step-title" });
  const said = h("p", { class: "step-words" });
  const advice = h("p", { class: "step-advice" });
  const element = h("li", { class: "checkup-step" },
    h("span", { class: "step-result" }, sign.element, word), h("div", {}, title, said, advice));
  return {
    element,
    update({ finding, w }) {
      const { result } = finding;
      const known = ICONS[result] ? result : "skipped";
      set(element, { "data-result": known });
      sign.update(ICONS[known]);
      set(word, { text: w(`checkupResults.${known}`) });
      set(title, { text: finding.title });
      set(said, { text: finding.words ?? "", hidden: !finding.words });
      const todo = finding.advice ? w("toDo", { advice: finding.advice }) : "";
      set(advice, { text: todo, hidden: !todo });
    },
  };
}
