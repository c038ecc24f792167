/* Thumbs for what the assistant said. A bad one asks what is wrong; nobody has to say. */

import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { canBeJudged, othersOn, verdictOf } from "../../state/judging.js";
import { agentName } from "../../state/state.js";

const LONGEST_NOTE = 500; // characters; the most the server takes

export function judgement({ actions, sessionId }) {
  const thumb = (verdict, sign) => h("button", {
    type: "button", class: "icon-button thumb", on: { click: () => press(verdict) },
  }, icon(sign), h("span", { class: "thumb-count" }));
  const good = thumb("good", "thumbUp");
  const bad = thumb("bad", "thumbDown");
  const input = h("input", { maxlength: LONGEST_NOTE, autocomplete: "off" });
  const save = h("button", { type: "submit" });
  const skip = h("button", { type: "button", class: "quiet", on: { click: () => ask(false) } });
  const form = h("form", { class: "judgement-note", hidden: true, on: { submit, keydown } }, input, save, skip);
  const group = h("div", { class: "thumbs", role: "group" }, good, bad);
  let latest = null;
  let told = null;

  const mine = () => verdictOf(latest.state, told);

  function press(verdict) {
    const next = mine().verdict === verdict ? "none" : verdict;
    actions.judge(sessionId, told.msgId, next);
    ask(next === "bad");
  }

  function ask(on) {
    form.hidden = !on;
    input.value = on ? mine().note : "";
    (on ? input : bad).focus();
  }

  function submit(event) {
    event.preventDefault();
    const note = input.value.trim();
    if (note) actions.judge(sessionId, told.msgId, "bad", note);
    ask(false);
  }

  function keydown(event) {
    if (event.key !== "Escape" || event.isComposing) return;
    event.stopPropagation();
    ask(false);
  }

  function show(button, verdict) {
    const { state, w } = latest;
    const said = othersOn(state, told).filter((each) => each.verdict === verdict);
    const pressed = mine().verdict === verdict;
    const count = said.length + (pressed ? 1 : 0);
    const others = said.map(({ csId, note }) => w(note ? "judgedBecause" : "judged", {
      name: csId ? agentName(state, csId) : w("somebody"), verdict: w(`thumbs.${verdict}`), note,
    }));
    const note = pressed && mine().note ? [mine().note] : [];
    set(button, {
      "aria-pressed": String(pressed), "aria-label": w(`thumbs.${verdict}`),
      title: [w(`thumbs.${verdict}`), ...note, ...others].join("\n"),
    });
    set(button.lastChild, { text: count > 0 ? String(count) : "" });
  }

  return {
    group, form,
    update(message, state, w) {
      [told, latest] = [message, { state, w }];
      group.hidden = !canBeJudged(told);
      if (group.hidden) {
        form.hidden = true;
        return;
      }
      set(group, { "aria-label": w("judge") });
      show(good, "good");
      show(bad, "bad");
      set(input, { placeholder: w("badNote"), "aria-label": w("badNote") });
      set(save, { text: w("noteSave") });
      set(skip, { text: w("noteSkip") });
      if (mine().verdict !== "bad") form.hidden = true; // taken back in another tab
    },
  };
}
