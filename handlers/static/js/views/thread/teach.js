/* The button beside an agent's answer that adds it to the knowledge base. */

import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { mayTeach } from "../../state/rights.js";

export const canTeach = ({ senderType, msgType, msgId, recalledAt }, { me, auth, assistant }) =>
  senderType === "manual" && msgType === "text" && Boolean(msgId) && !recalledAt && mayTeach(me, auth, assistant);

export function teach({ actions, sessionId }) {
  let msgId = null;
  const ask = () => actions.askTeach({ id: sessionId, msgId });
  const button = h("button", { type: "button", class: "icon-button teach", on: { click: ask } }, icon("book"));
  return {
    button,
    update(told, state, session, w) {
      msgId = told.msgId;
      set(button, { hidden: !canTeach(told, state), "aria-label": w("teach"), title: w("teach") });
    },
  };
}
