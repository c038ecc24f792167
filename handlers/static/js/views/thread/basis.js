/* What an answer of the assistant's rests on: which entries, how sure it was, and what it took. */

import { each, h, set } from "../parts/dom.js";
import { disclosure } from "../parts/disclosure.js";

const MOST = 3; // entries that are shown at once

export function basis() {
  const button = h("button", { type: "button", class: "quiet basis-button" });
  const sources = h("ul", { class: "basis-sources" });
  const others = h("ul", { class: "basis-sources" });
  const more = h("button", { type: "button", class: "quiet basis-more" });
  const none = h("p", { class: "muted" });
  const took = h("p", { class: "muted" });
  const box = h("div", { class: "basis-box" }, sources, more, others, none, took);
  const { open } = disclosure(button, box);
  disclosure(more, others);
  return {
    button, box,
    update(told, w) {
      button.hidden = !hasBasis(told);
      if (button.hidden) {
        open(false);
        return;
      }
      const known = told.fields.assistant;
      const entries = Array.isArray(known.sources) ? known.sources : [];
      const sure = percent(known.confidence);
      set(button, { text: [w("basis"), sure === null ? "" : w("confidence", { n: sure })].filter(Boolean).join(" · ") });
      const shown = entries.map((entry, place) => ({ entry, place, w }));
      each(sources, shown.slice(0, MOST), ({ place }) => place, source);
      each(others, shown.slice(MOST), ({ place }) => place, source);
      set(more, { text: w("moreSources", { n: entries.length - MOST }), hidden: entries.length <= MOST });
      set(none, { text: w("noSources"), hidden: entries.length > 0 });
      const facts = [
        known.model ? w("model", { name: known.model }) : "",
        known.milliseconds ? w("took", { n: (known.milliseconds / 1000).toFixed(1) }) : "",
        known.tokens ? w("tokens", { n: known.tokens }) : "",
      ].filter(Boolean).join(" · ");
      set(took, { text: facts, hidden: !facts });
    },
  };
}

/** Whether the assistant told what it rests on. That she should wait, or is welcome, rests on nothing. */
export function hasBasis({ senderType, fields }) {
  const known = fields?.assistant;
  if (senderType !== "ai" || typeof known !== "object" || known === null || known.holding) return false;
  return Boolean(known.model) || (Array.isArray(known.sources) && known.sources.length > 0);
}

function source() {
  const question = h("span", { class: "content" });
  const sure = h("span", { class: "muted" });
  return {
    element: h("li", {}, question, sure),
    update({ entry, w }) {
      const n = percent(entry.confidence);
      set(question, { text: String(entry.question ?? entry.id ?? "") });
      set(sure, { text: n === null ? "" : w("confidence", { n }) });
    },
  };
}

const percent = (share) => (typeof share === "number" && Number.isFinite(share) ? Math.round(share * 100) : null);
