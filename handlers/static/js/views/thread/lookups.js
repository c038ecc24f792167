/*
 * The orders and products that a message names, each to be looked up where it stands: a chip, and below it what the
 * platform says, that it is being asked, or why it did not say.
 */

import { each, h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { lookupKey, namedIn } from "../../state/lookups.js";
import { copyButton } from "../parts/copying.js";
import { found } from "./found.js";

let serial = 0; // of ids, so that a chip can name what it opens

export function lookups({ actions, sessionId }) {
  const element = h("div", { class: "lookups", hidden: true });
  return {
    element,
    update(told, state, session, w) {
      const named = namedIn(told, state, session);
      element.hidden = named.length === 0;
      const { msgId } = told;
      const items = named.map((one) => ({ one, msgId, asked: state.lookups[lookupKey(one)], w }));
      each(element, items, ({ one }) => lookupKey(one), ({ one }) => lookup(one, { actions, sessionId }));
    },
  };
}

/** One of them, wherever it is named: `update({asked, msgId, w})`. */
export function lookup(one, { actions, sessionId }) {
  serial += 1;
  const id = `lookup-${serial}`;
  const name = h("span", { class: "lookup-name" });
  const verb = h("span", { class: "lookup-verb" });
  const chip = h("button", {
    type: "button", class: "lookup-chip", "aria-controls": id,
    on: { click: () => actions.toggleLookup(sessionId, msgId, one) },
  }, icon(one.what === "orders" ? "list" : "bag"), name, verb);
  const copy = copyButton(actions);
  const words = h("span");
  const again = h("button", { type: "button", on: { click: () => actions.lookUp(sessionId, msgId, one) } });
  const waiting = h("p", { class: "lookup-waiting muted" });
  const fault = h("p", { class: "lookup-fault" }, icon("warn"), words, again);
  const answer = found(one, actions);
  const box = h("div", { class: "lookup-box", id, role: "status" }, waiting, fault, answer.element);
  const element = h("div", { class: "lookup" }, h("div", { class: "lookup-line" }, chip, copy.element), box);
  let msgId = null;
  return {
    element,
    update({ asked = {}, w, ...at }) {
      msgId = at.msgId;
      const { phase } = asked;
      const open = asked.open === msgId;
      const called = w(`lookUp.${one.what}`, { number: one.number });
      set(name, { text: called });
      set(verb, { text: w(open ? "lookUpHide" : "lookUpShow") });
      set(chip, { "aria-expanded": String(open) });
      copy.element.hidden = !one.inWords;
      copy.update(one.number, w("copyNumber", { kind: "", number: called }), w);
      set(box, { hidden: !open });
      set(waiting, { text: w("lookingUp"), hidden: phase !== "asking" });
      set(fault, { hidden: phase !== "failed" });
      set(words, { text: asked.error || w("lookUpLost") });
      set(again, { text: w("retry") });
      answer.element.hidden = phase !== "ready";
      if (phase === "ready") answer.update(asked.found, w);
    },
  };
}
