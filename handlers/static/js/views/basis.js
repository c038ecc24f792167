/* The glass box under what the assistant said: which entries it rests on, how sure it was, and what it took. */

import { each, h, set } from "../dom.js";

export function basis() {
  const sum = h("summary");
  const sources = h("ul", { class: "basis-sources" });
  const none = h("p", { class: "muted" });
  const took = h("p", { class: "muted" });
  const element = h("details", { class: "basis", hidden: true }, sum, sources, none, took);
  return {
    element,
    update(told, w) {
      const known = told.fields?.assistant;
      element.hidden = !known || typeof known !== "object";
      if (element.hidden) return;
      const entries = Array.isArray(known.sources) ? known.sources : [];
      const sure = percent(known.confidence);
      set(sum, { text: [w("basis"), sure === null ? "" : w("confidence", { n: sure })].filter(Boolean).join(" · ") });
      each(sources, entries.map((entry, place) => ({ entry, place, w })), ({ place }) => place, source);
      set(none, { text: w(known.holding ? "holding" : "noSources"), hidden: entries.length > 0 });
      const facts = [
        known.model ? w("model", { name: known.model }) : "",
        known.milliseconds ? w("took", { n: (known.milliseconds / 1000).toFixed(1) }) : "",
        known.tokens ? w("tokens", { n: known.tokens }) : "",
      ].filter(Boolean).join(" · ");
      set(took, { text: facts, hidden: !facts });
    },
  };
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
