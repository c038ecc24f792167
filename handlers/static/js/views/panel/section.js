/*
 * One section of the panel: its name, which opens and closes it, and what it holds. With nothing in it, it is one line.
 * Its place is changed by the menu beside its name, or by Alt+Shift with the arrows.
 */

import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { popup } from "../parts/popup.js";
import { layoutOf } from "../../state/people.js";
import { about } from "./about.js";
import { earlier } from "./earlier.js";
import { facts } from "./facts.js";
import { goodsSection } from "./goods.js";
import { handoffSection } from "./handoff.js";
import { identity } from "./identity.js";
import { kept } from "./kept.js";

const HOLDS = { identity, handoff: handoffSection, goods: goodsSection, tags: kept, earlier, about, facts };
const STEPS = { ArrowUp: -1, ArrowDown: 1 };

/** What it holds is `{element, update, tick?, summary(state, session, w), writes?}`; no summary means that it is empty. */
export function section(name, actions) {
  const held = HOLDS[name](actions);
  const title = h("span", { class: "section-name" });
  const summary = h("span", { class: "section-summary muted" });
  const button = h("button", {
    type: "button", class: "section-head", "aria-controls": `panel-${name}`, on: { click: toggle, keydown },
  }, title, summary, icon("down"));
  const place = h("button", {
    type: "button", class: "icon-button section-place", "aria-haspopup": "menu", on: { click: openMenu },
  }, icon("more"));
  const body = h("div", { class: "section-body", id: `panel-${name}` }, held.element);
  const element = h("section", { class: "panel-section", "data-section": name });
  const menu = popup(element);
  element.append(h("h3", {}, button, place), body, menu.element);
  let isOpen = false;
  let isEmpty = false;
  let opened = null; // the session in which she opened it though it is empty
  let latest = null;

  function toggle() {
    const [, session] = latest;
    if (isEmpty) {
      opened = isOpen ? null : session.sessionId;
      show();
    } else {
      actions.fold(name, isOpen);
    }
    if (isOpen && isEmpty) held.focus?.();
  }

  function move(step) {
    actions.moveSection(name, step);
    requestAnimationFrame(() => requestAnimationFrame(() => button.focus())); // once it stands where it goes
  }

  function keydown(event) {
    if (!STEPS[event.key] || !event.altKey || !event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    move(STEPS[event.key]);
  }

  function openMenu() {
    const [, , w] = latest;
    if (menu.isOpen()) menu.close(true);
    else menu.open(place, [
      { key: "up", text: w("sectionUp"), act: () => move(-1) }, { key: "down", text: w("sectionDown"), act: () => move(1) },
    ], w("sectionMenu", { name: w(`panelSections.${name}`) }));
  }

  function show() {
    const [state, session, w] = latest;
    const told = held.summary(state, session, w);
    isEmpty = told === null;
    const canOpen = !isEmpty || Boolean(held.writes);
    isOpen = canOpen && (isEmpty ? opened === session.sessionId : !layoutOf(state).folded.includes(name));
    body.hidden = !isOpen;
    set(button, { "aria-expanded": String(isOpen), disabled: !canOpen });
    set(summary, { text: isEmpty ? w("nothingYet") : isOpen ? "" : told });
    set(element, { "data-empty": isEmpty });
  }

  return {
    element,
    update({ state, session, w }) {
      latest = [state, session, w];
      set(title, { text: w(`panelSections.${name}`) });
      const called = w("sectionMenu", { name: w(`panelSections.${name}`) });
      set(place, { "aria-label": called, title: called });
      show();
      held.update(state, session, w);
    },
    tick: (...now) => isOpen && held.tick?.(...now),
  };
}
