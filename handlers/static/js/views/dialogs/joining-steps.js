/* The steps of one way, or of the demo: what to do, what to copy, and what comes of it. */

import { channelOf } from "./joining-choice.js";
import { each, h, set } from "../parts/dom.js";
import { snippet } from "../parts/snippet.js";
import { demoSteps, numbered, stepsOf } from "../../state/joining.js";

export function stepsView(actions) {
  const list = h("ol", { class: "joining-steps" });
  const after = h("h3");
  const then = h("ul", { class: "joining-then" });
  const already = h("p", { class: "joining-note" });
  const element = h("div", {}, already, list, after, then);
  const makeLine = () => {
    const element = h("li");
    return { element, update: ({ text }) => set(element, { text }) };
  };
  return {
    element,
    update(joining, way, w) {
      if (element.hidden) return;
      const section = way ? `[channels.${way.channelType}]` : "";
      const given = { section, channel: way ? channelOf(way, w) : "" };
      const own = way ? `joining.ways.${way.way}` : "joining.demo";
      const steps = way ? stepsOf(way, joining, w.knows) : demoSteps(w.knows);
      already.hidden = !way?.enabled;
      set(already, { text: w("joining.already") });
      const told = steps.map((step) => ({ step, given, joining, w }));
      each(list, told, ({ step }) => `${step.key} ${step.lines}`, () => stepView(actions));
      set(after, { text: w(way ? "joining.then" : "joining.demo.then") });
      const comes = numbered(`${own}.expect`, w.knows).map(({ key }) => ({ key, text: w(key, given) }));
      each(then, comes, ({ key }) => key, makeLine);
    },
  };
}

function stepView(actions) {
  const text = h("p");
  const lines = h("div");
  const note = h("p", { class: "joining-note" });
  const checkup = h("button", { type: "button", on: { click: actions.checkUp } });
  return {
    element: h("li", {}, text, lines, note, checkup),
    update({ step, given, joining, w }) {
      set(text, { text: w(step.key, given) });
      lines.hidden = !step.lines.length;
      each(lines, step.lines.map((line) => ({ line, joining, w })), ({ line }) => line, () => snippet(actions));
      const words = reachWords(step, w);
      set(note, { text: words, hidden: !words });
      set(checkup, { text: w("joining.examine"), hidden: !step.examines });
    },
  };
}

/** Where those who have to call us cannot, or should not. A gateway may stand in the office. */
function reachWords({ key, lines, reach }, w) {
  if (!reach || reach === "all") return "";
  const whose = key.includes(".gateway.") ? "gateway" : "platform";
  const { host, origin } = new URL(lines[0]);
  return w(`joining.reach.${reach}.${whose}`, { host, base: origin });
}
