/* That a customer is blocked: by whom, since when and why, what that means, and the way back. */

import { h, set } from "./dom.js";
import { icon } from "./icons.js";
import { personOf } from "../../state/people.js";
import { mayBlock } from "../../state/rights.js";
import { agentName } from "../../state/state.js";

/** With `brief` only that she is. */
export function blockedNotice(actions, { brief = false } = {}) {
  const text = h("span", { class: "blocked-text content" });
  const hint = h("span", { class: "blocked-hint" });
  const button = h("button", { type: "button", on: { click: () => actions.unblock(id) } });
  const element = h("div", { class: "blocked-notice", role: "status", hidden: true },
    icon("block"), h("div", {}, text, hint), button);
  let id = null;
  return {
    element,
    /** Without a session there is nothing to tell. */
    update(state, session, w) {
      const shown = Boolean(session?.blocked);
      element.hidden = !shown;
      if (!shown) return;
      id = session.sessionId;
      const { at, csId, reason } = (!brief && personOf(state, id).customer?.blocked) || {};
      const moment = at ? w.moment(Date.parse(at), state.now) : "";
      const facts = [w("blocked"), csId ? agentName(state, csId) : "", moment].filter(Boolean).join(" · ");
      set(text, { text: reason ? w("blockedWhy", { facts, reason }) : facts });
      set(hint, { text: w("blockedHint"), hidden: brief });
      set(button, { text: w("unblock"), hidden: !mayBlock(session, state.me) });
    },
  };
}
