/* What a search is narrowed to: a channel, an agent, a tag, a state, and days. */

import { CHANNELS } from "../../state/sessions.js";
import { NARROWINGS, tagsToSearch } from "../../state/searching.js";
import { each, h, set } from "../parts/dom.js";

const STATUSES = ["ai", "pending", "manual", "closed"];
const SPANS = ["1", "7", "30", "own"];

/** `beside` stands at its end. */
export function narrowing(actions, beside) {
  const chosen = Object.fromEntries(NARROWINGS.map((name) => {
    const select = h("select", { on: { change: () => actions.narrow({ [name]: select.value }) } });
    return [name, select];
  }));
  const day = (name) => {
    const input = h("input", { type: "date", on: { change: () => actions.narrow({ [name]: input.value }) } });
    return input;
  };
  const days = { from: day("from"), to: day("to") };
  const words = { from: h("span"), to: h("span") };
  const own = h("div", { class: "search-days" },
    h("label", {}, words.from, days.from), h("label", {}, words.to, days.to));
  const element = h("div", { class: "search-narrowing" }, ...Object.values(chosen), beside, own);

  return {
    element,
    update(state, w) {
      const { searching } = state;
      const choices = choicesIn(state, w);
      for (const name of NARROWINGS) {
        const any = { value: "", text: w(`searching.any${name[0].toUpperCase()}${name.slice(1)}`) };
        each(chosen[name], [any, ...choices[name]], ({ value }) => value, option);
        set(chosen[name], { value: searching[name], "aria-label": w(`searching.${name}`), "data-on": searching[name] !== "" });
      }
      own.hidden = searching.days !== "own";
      for (const name of ["from", "to"]) {
        set(words[name], { text: w(`searching.${name}`) });
        set(days[name], { value: searching[name] });
      }
      set(days.from, { max: searching.to || null });
      set(days.to, { min: searching.from || null });
    },
  };
}

/** What it is narrowed to, in words. */
export function narrowedTo(state, w) {
  const choices = choicesIn(state, w);
  return NARROWINGS.flatMap((name) => choices[name].filter(({ value }) => value === state.searching[name]))
    .map(({ text }) => text).join(w("comma"));
}

function choicesIn(state, w) {
  const worded = (values, group) => values.map((value) => ({ value, text: w(`${group}.${value}`) }));
  return {
    channel: worded(CHANNELS, "channels"),
    agent: state.agents.map(({ csId, name }) => ({ value: csId, text: name })),
    tag: tagsToSearch(state).map((tag) => ({ value: tag, text: `#${tag}` })),
    status: worded(STATUSES, "searching.statuses"),
    days: worded(SPANS, "searching.spans"),
  };
}

/** Its value is an attribute even when it is empty, or its text would take that place. */
function option({ value }) {
  const element = h("option");
  element.setAttribute("value", value);
  return { element, update: ({ text }) => set(element, { text }) };
}
