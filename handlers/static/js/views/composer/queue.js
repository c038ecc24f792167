/* Replies that wait for the line, or for the one before them: what each says, and back into the reply with it. */

import { each, h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { hasLine, queuedOf, wordsOf } from "../../state/holding.js";

export function queue(actions) {
  const element = h("div", { class: "queue", role: "status", hidden: true });

  function make({ id, said: { clientMsgId } }) {
    const text = h("span", { class: "waiting-text" });
    const away = h("button", {
      type: "button", class: "icon-button", on: { click: () => actions.leaveQueue(id, clientMsgId) },
    }, icon("close"));
    return {
      element: h("div", { class: "waiting" }, icon("clock"), text, away),
      update({ said, why, w }) {
        const shown = wordsOf(said) || w(`types.${said.msgType}`);
        set(text, { text: w(`queued.${why}`, { text: shown }), title: shown });
        const label = w(said.content || said.file ? "queuedLeave" : "queuedDrop");
        set(away, { "aria-label": label, title: label });
      },
    };
  }

  return {
    element,
    update(state, session, w) {
      const id = session.sessionId;
      const queued = queuedOf(state, id);
      const why = hasLine(state) ? "held" : "line";
      element.hidden = !queued.length;
      each(element, queued.map((said) => ({ id, said, why, w })), ({ said }) => said.clientMsgId, make);
    },
  };
}
