/* What was done with a session, one line for each deed; loaded once it is unfolded. */

import { each, h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { logOf, withWaits } from "../../state/deeds.js";
import { layoutOf } from "../../state/people.js";
import { agentName } from "../../state/state.js";

export function log(actions) {
  const name = h("span");
  const button = h("button", {
    type: "button", class: "quiet log-head", "aria-controls": "panel-log", on: { click: () => actions.unfoldLog(!isOpen) },
  }, icon("down"), name);
  const lines = h("ol", { class: "log-lines", id: "panel-log" });
  const fate = h("p", { class: "muted log-fate", role: "status" });
  const again = h("button", { type: "button", class: "quiet", on: { click: () => actions.retryLog(id) } });
  const element = h("div", { class: "log" }, button, lines, fate, again);
  let id = null;
  let isOpen = false;
  return {
    element,
    update(state, session, w) {
      id = session.sessionId;
      isOpen = layoutOf(state).log;
      const { phase, deeds } = logOf(state, id);
      const told = withWaits(deeds).map((deed, index) => ({ ...deed, key: `${index}/${deed.kind}` }));
      set(name, { text: w("log") });
      set(button, { "aria-expanded": String(isOpen) });
      lines.hidden = !isOpen;
      each(lines, isOpen ? told.map((deed) => ({ deed, state, w })) : [], ({ deed }) => deed.key, line);
      const loading = phase === "loading" && !deeds.length;
      set(fate, { text: w(phase === "failed" ? "panelFailed" : "loading"), hidden: !isOpen || !(loading || phase === "failed") });
      set(again, { text: w("retry"), hidden: !isOpen || phase !== "failed" });
    },
  };
}

function line() {
  const time = h("time");
  const text = h("span", { class: "content" });
  return {
    element: h("li", {}, time, text),
    update({ deed, state, w }) {
      set(time, { text: w.moment(deed.when, state.now), title: w.full(deed.when) });
      set(text, { text: wordsOf(deed, state, w) });
    },
  };
}

function wordsOf({ kind, csId, about = "", waited }, state, w) {
  const who = csId ? agentName(state, csId) : "";
  const reason = w.knows(`reasons.${about}`) ? w(`reasons.${about}`) : about;
  const meant = { asked: reason, transferred: agentName(state, about), taken_over: agentName(state, about) }[kind] ?? about;
  const key = [about && `deedsAbout.${kind}`, `deeds.${kind}`].find((name) => name && w.knows(name));
  const said = key ? w(key, { who, about: meant }).trim() : [who, kind, about].filter(Boolean).join(" ");
  return waited === null ? said : w("deedWaited", { said, time: w.span(waited) });
}
