/*
 * The hand-off card above the thread: why a person is asked, how the customer feels, what she wants, what was tried and
 * what is open. The assistant's draft goes into the composer at a click, and nowhere else.
 */

import { each, h, set } from "../parts/dom.js";
import { changingIcon, icon } from "../parts/icons.js";
import { copyButton } from "../parts/copying.js";
import { disclosure } from "../parts/disclosure.js";
import { isOpen } from "../composer/lock.js";

const NARROW = "(max-width: 639px)"; // there it would cover the thread
const MOODS = ["calm", "impatient", "angry"];

export function handoff(actions) {
  const face = changingIcon("calm");
  const feels = h("span");
  const mood = h("span", { class: "handoff-mood" }, face.element, feels);
  const name = h("span", { class: "handoff-name" });
  const reason = h("span", { class: "handoff-reason" });
  const lines = h("dl", { class: "handoff-lines" });
  const named = h("div", { class: "handoff-named" });
  const label = h("span", { class: "muted" });
  const draft = h("p", { class: "handoff-draft content" });
  const use = h("button", { type: "button", on: { click: () => actions.useDraft(id, card.draft) } });
  const later = h("span", { class: "muted" });
  const drafted = h("div", { class: "handoff-drafted" }, h("div", { class: "handoff-use" }, label, use, later), draft);
  const button = h("button", { type: "button", class: "handoff-head" }, icon("card"), name, reason, mood, icon("down"));
  const box = h("div", { class: "handoff-body" }, lines, named, drafted);
  const element = h("section", { class: "handoff", hidden: true }, button, box);
  const shown = disclosure(button, box);
  let id = null;
  let card = null;

  return {
    element,
    update(state, session, w) {
      const told = session ? state.handoffs[session.sessionId] ?? null : null;
      element.hidden = !told || session.status === "closed" || session.status === "ai";
      if (element.hidden) return;
      if (id !== session.sessionId || card?.createdAt !== told.createdAt) shown.open(!matchMedia(NARROW).matches);
      [id, card] = [session.sessionId, told];
      const feeling = MOODS.includes(card.mood) ? card.mood : "calm";
      set(element, { "data-mood": feeling });
      face.update(feeling);
      set(feels, { text: w(`moods.${feeling}`) });
      set(element, { "aria-label": w("handoff.title") });
      set(name, { text: w("handoff.title") });
      set(reason, { text: w.knows(`reasons.${card.reason}`) ? w(`reasons.${card.reason}`) : card.reason ?? "" });
      each(lines, ["wants", "tried", "open"].filter((line) => card[line]).map((line) => ({ line, text: card[line], w })),
        ({ line }) => line, makeLine);
      each(named, ["orders", "products", "phones"].flatMap((kind) => (card[kind] ?? []).map((text) => ({ kind, text, w }))),
        ({ kind, text }) => `${kind}/${text}`, ({ kind }) => makeNamed(kind, actions));
      set(drafted, { hidden: !card.draft });
      const sure = Math.round((card.assistant?.confidence ?? NaN) * 100);
      const about = Number.isNaN(sure) ? "" : ` · ${w("confidence", { n: sure })}`;
      set(label, { text: w("handoff.draft") + about });
      set(draft, { text: card.draft ?? "" });
      const open = isOpen(state, session);
      set(use, { text: w("useDraft"), title: w("useDraftHint"), hidden: !open });
      set(later, { text: w("draftLater"), hidden: open || session.status !== "pending" });
    },
  };
}

function makeLine({ line }) {
  const name = h("dt");
  const text = h("dd", { class: "content" });
  return {
    element: h("div", {}, name, text),
    update(told) {
      set(name, { text: told.w(`handoff.${line}`) });
      set(text, { text: told.text });
    },
  };
}

/** A masked phone helps nobody in the clipboard. */
function makeNamed(kind, actions) {
  const name = h("span", { class: "muted" });
  const number = h("span", { class: "goods-number" });
  const copy = kind === "phones" ? null : copyButton(actions);
  return {
    element: h("div", { class: "goods-row" }, name, number, copy?.element),
    update({ text, w }) {
      set(name, { text: w(`handoff.${kind}`) });
      set(number, { text });
      copy?.update(text, w("copyNumber", { kind: w(`handoff.${kind}`), number: text }), w);
    },
  };
}
