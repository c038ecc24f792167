/* How the session came about and where it stands. */

import { each, h, set } from "../parts/dom.js";
import { copyButton } from "../parts/copying.js";
import { noteCountOf } from "../../state/notes.js";
import { agentName, serverNow } from "../../state/state.js";
import { stopwatch } from "../../texts/texts.js";
import { log } from "./log.js";

export function facts(actions) {
  const lines = h("dl", { class: "panel-lines" });
  const waits = h("dd");
  const waitsName = h("dt");
  const waiting = h("div", {}, waitsName, waits);
  const copy = copyButton(actions);
  const idName = h("dt");
  const idText = h("span", { class: "panel-id" });
  const idLine = h("div", {}, idName, h("dd", {}, idText, copy.element));
  const done = log(actions);
  const element = h("div", {}, lines, h("dl", { class: "panel-lines" }, waiting, idLine), done.element);
  return {
    element,
    summary: (state, session, w) => sourceOf(session, w),
    tick(state, session) {
      const shown = session.waitingSince && session.status !== "closed";
      waiting.hidden = !shown;
      if (shown) set(waits, { text: stopwatch(serverNow(state) - session.waiting) });
    },
    update(state, session, w) {
      const reason = `reasons.${session.pendingReason}`;
      const known = {
        source: sourceOf(session, w),
        created: w.full(Date.parse(session.createdAt)),
        asked: w.knows(reason) ? w(reason) : "",
        holder: session.manualCsId ? agentName(state, session.manualCsId) : "",
        messages: String(session.messageCount),
        notes: String(noteCountOf(state, session) || ""),
        ended: session.status === "closed" ? w.full(Date.parse(session.updatedAt)) : "",
      };
      const items = Object.entries(known).filter(([, text]) => text).map(([key, text]) => ({ key, text, w }));
      each(lines, items, ({ key }) => key, factLine);
      done.update(state, session, w);
      set(waitsName, { text: w("facts.waiting") });
      set(idName, { text: w("facts.id") });
      set(idText, { text: session.sessionId, title: session.sessionId });
      copy.update(session.sessionId, w("copyOf", { name: w("facts.id") }), w);
    },
  };
}

const sourceOf = ({ channelType, via }, w) =>
  [w(`channels.${channelType}`), w.knows(`vias.${via}`) ? w(`vias.${via}`) : ""].filter(Boolean).join(" · ");

function factLine() {
  const name = h("dt");
  const text = h("dd");
  return {
    element: h("div", {}, name, text),
    update(line) {
      set(name, { text: line.w(`facts.${line.key}`) });
      set(text, { text: line.text });
    },
  };
}
