/*
 * The assistant's row above the reply: suggestions, polishing, a summary, and what became of them. While it works it says
 * so, and can be given up; what it wrote is put into the reply by her, and what she has to check stands beside it.
 */

import { each, h, set } from "../parts/dom.js";
import { MANNERS, helpsWith, isHelped, markOf } from "../../state/helps.js";
import { icon } from "../parts/icons.js";
import { copyButton } from "../parts/copying.js";
import { keyInWords, withKey } from "../parts/keytitle.js";
import { menu } from "../parts/menu.js";

export function aid(actions, focus) {
  const ask = (act) => () => {
    act(id);
    focus();
  };
  const suggest = h("button", { type: "button", class: "quiet", on: { click: ask(actions.suggest) } },
    icon("spark"), h("span"));
  const polish = menu("quiet");
  const summary = h("button", { type: "button", class: "quiet", on: { click: ask(actions.summarize) } },
    icon("list"), h("span"));
  const busy = h("span", { class: "aid-busy", role: "status" });
  const stop = h("button", { type: "button", class: "quiet", on: { click: () => away() } });
  const row = h("div", { class: "aid-row", role: "group" }, suggest, polish.element, summary, busy, stop);
  const words = h("span");
  const again = h("button", { type: "button", class: "quiet aid-again", on: { click: () => retry() } });
  const said = h("p", { class: "aid-said", role: "status" }, words, again);
  const chips = h("ol", { class: "aid-chips" });
  const later = h("p", { class: "muted" });
  const summed = sum(actions);
  const close = h("button", { type: "button", class: "icon-button aid-close", on: { click: () => away() } }, icon("close"));
  const told = h("div", { class: "aid-told" }, h("div", { class: "aid-what" }, said, chips, later, summed.element), close);
  const mark = h("span");
  const undo = h("button", { type: "button", class: "quiet", on: { click: ask(actions.undoHelp) } });
  const marked = h("p", { class: "aid-mark" }, icon("spark"), mark, undo);
  const element = h("div", { class: "aid" }, row, told, marked);
  let id = null;
  let retry = () => {};

  function away() {
    actions.dropHelp(id);
    focus();
  }

  function show(help, usable, w) {
    const ready = help?.phase === "ready";
    const sums = ready && help.what === "summary";
    const drafts = ready && !sums ? help.drafts : [];
    const nothing = ready && !help.drafts.length;
    set(told, { hidden: !help || help.phase === "asking" });
    const done = ready ? w(nothing ? "noSuggestions" : `helpReady.${help.what}`) : "";
    set(words, { text: help?.phase === "failed" ? help.error : done });
    set(said, { "data-failed": help?.phase === "failed", class: drafts.length || sums ? "aid-said unseen" : "aid-said" });
    set(again, { text: w("retry"), hidden: help?.phase !== "failed" || help.what === "polish" });
    retry = ask(help?.what === "summary" ? actions.summarize : actions.suggest);
    each(chips, drafts.map((draft, place) => ({ draft, place, usable, w })), ({ place }) => place, makeChip);
    set(chips, { hidden: !drafts.length });
    set(later, { hidden: usable || !drafts.length, text: w("draftLater") });
    summed.update(sums ? help.drafts[0] : null, w);
  }

  function makeChip() {
    let latest = null;
    const number = h("kbd");
    const text = h("span", { class: "aid-text content" });
    const doubts = h("span", { class: "aid-doubts" });
    const use = () => actions.useDraft(id, latest.text, latest.doubts);
    const button = h("button", { type: "button", on: { click: use } }, number, h("span", { class: "aid-words" }, text, doubts));
    return {
      element: h("li", {}, button),
      update({ draft, place, usable, w }) {
        latest = draft;
        set(number, { text: keyInWords(`Alt+Digit${place + 1}`) });
        set(text, { text: draft.text });
        set(doubts, { text: doubtsOf(draft, w), hidden: !draft.doubts.length });
        set(button, { disabled: !usable, title: `${w("useDraftHint")}\n${draft.text}` });
      },
    };
  }

  return {
    element,
    /** `open` says whether the reply can be written. */
    update(state, session, open, w) {
      id = session.sessionId;
      const able = helpsWith(state.assistant);
      element.hidden = !isHelped(session, open) || !Object.values(able).some(Boolean);
      if (element.hidden) return;
      const help = state.helps[id];
      const asking = help?.phase === "asking";
      const { [id]: draft = "" } = state.drafts;
      set(row, { "aria-label": w("helpRow") });
      set(suggest.lastChild, { text: w("suggest") });
      set(suggest, { hidden: asking || !able.suggest, title: withKey(w("suggestHint"), state, "suggest") });
      set(summary.lastChild, { text: w("summarize") });
      set(summary, { hidden: asking || !able.summary, title: w("summarizeHint") });
      polish.update({
        text: w("polish"), hidden: asking || !open || !able.polish, disabled: !draft.trim(),
        title: w(draft.trim() ? "polishHint" : "polishNothing"),
        items: MANNERS.map((manner) => ({
          key: manner, text: w(`manners.${manner}`), act: ask(() => actions.polish(id, manner)),
        })),
      });
      set(busy, { text: asking ? w(`helpBusy.${help.what}`) : "", hidden: !asking });
      set(stop, { text: `${w("cancel")} Esc`, hidden: !asking });
      set(close, { "aria-label": w("helpClose"), title: `${w("helpClose")} (Esc)` });
      show(help, open, w);
      const put = open ? markOf(state, id) : null;
      marked.hidden = !put;
      set(mark, { text: put ? [w("helpMark"), doubtsOf(put, w)].filter(Boolean).join(" · ") : "" });
      set(undo, { text: w(put?.before ? "helpUndo" : "helpTakeOut"), title: keyInWords("Mod+KeyZ") });
    },
  };
}

function sum(actions) {
  const title = h("strong");
  const copy = copyButton(actions);
  const text = h("p", { class: "content" });
  const doubts = h("p", { class: "aid-doubts" });
  const element = h("section", { class: "aid-summary" },
    h("div", { class: "aid-summary-head" }, title, copy.element), text, doubts);
  return {
    element,
    update(draft, w) {
      set(element, { hidden: !draft, "aria-label": w("summary") });
      if (!draft) return;
      set(title, { text: w(draft.byModel ? "summary" : "summaryByRules") });
      set(text, { text: draft.text });
      set(doubts, { text: doubtsOf(draft, w), hidden: !draft.doubts.length });
      copy.update(draft.text, w("copySummary"), w);
    },
  };
}

const doubtsOf = ({ doubts }, w) => (doubts.length ? w("doubts", { what: doubts.join(w("comma")) }) : "");
