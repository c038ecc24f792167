/*
 * The customer beside the thread, or above it where there is no room: who she is, what was handed on, what she bought,
 * and what became of it before. Sections fold, and stand in the order in which the agent put them.
 */

import { each, h, set, whenChanged } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { withKey } from "../parts/keytitle.js";
import { earlierOf } from "../../state/earlier.js";
import { notesOf } from "../../state/notes.js";
import { isPanelShown, layoutOf, personOf } from "../../state/people.js";
import { mayRead } from "../../state/rights.js";
import { shownSession } from "../../state/sessions.js";
import { threadOf } from "../../state/threads.js";
import { dayNumber, words } from "../../texts/texts.js";
import { section } from "./section.js";

const SLICES = [
  "own", "agents", "me", "lookups", "abilities", "handoffs", "tagging", "offered", "panel", "endings", "logs", "revealed", "attributes",
];

export function mount(element, actions) {
  const title = h("h2", { class: "panel-title" });
  const close = h("button", { type: "button", class: "icon-button", on: { click: () => actions.togglePanel() } },
    icon("close"));
  const sections = h("div", { class: "panel-sections", on: { scroll: () => { isScrolled = sections.scrollTop > 0; } } });
  element.append(h("div", { class: "panel-head" }, title, close), sections);
  element.addEventListener("keydown", escape);
  let views = new Map();
  let latest = null; // [state, session, w]
  let shownId = null;
  let isScrolled = false; // to ask the element itself would have the page laid out
  let over = false;
  let before = null; // what had the focus before it came up

  function escape(event) {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing || !over) return;
    event.preventDefault();
    event.stopPropagation();
    actions.togglePanel();
  }

  /** Another customer is read from who she is and what was handed on. */
  function toTop() {
    sections.scrollTop = 0;
    isScrolled = false;
  }

  /** Where it lies above the rest it takes the focus, and gives it back. */
  function moveFocus(isOver) {
    if (isOver && !over) {
      before = document.activeElement;
      close.focus();
    } else if (!isOver && over && before?.isConnected) {
      before.focus();
    }
    over = isOver;
  }

  const show = whenChanged(() => {
    const [state, session, w] = latest;
    set(element, { "aria-label": w("panelTitle") });
    set(title, { text: w("panelTitle") });
    set(close, { "aria-label": w("panelClose"), title: withKey(w("panelClose"), state, "panel") });
    const isHandedOn = session.status === "pending" && state.handoffs[session.sessionId];
    const first = isHandedOn ? ["handoff"] : []; // whoever accepts reads it first
    const names = [...new Set([...first, ...layoutOf(state).order])];
    views = each(sections, names.map((name) => ({ name, state, session, w })), ({ name }) => name,
      ({ name }) => section(name, actions));
  });

  return {
    update(state) {
      const session = state.me && state.selected ? shownSession(state, state.selected) : null;
      const shown = Boolean(session) && mayRead(session, state.me) && isPanelShown(state);
      element.hidden = !shown;
      set(document.body, { "data-panel": shown ? (state.panel.wide ? "beside" : "over") : null });
      if (shown) {
        const w = words(state.prefs.lang);
        const { sessionId: id } = session;
        latest = [state, session, w];
        show(session, w, dayNumber(state.now), personOf(state, id), earlierOf(state, id), threadOf(state, id).messages, notesOf(state, id),
          ...SLICES.map((name) => state[name]));
        for (const view of views.values()) view.tick(state, session, w);
        if (id !== shownId && isScrolled) toTop();
        shownId = id;
      }
      moveFocus(shown && !state.panel.wide);
    },
  };
}
