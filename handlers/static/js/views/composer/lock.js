/*
 * What stands in the composer's place where nothing can be written: why, and what would change that. A draft waits
 * behind it, and says so.
 */

import { h, set } from "../parts/dom.js";
import { changingIcon } from "../parts/icons.js";
import { nowOf } from "../../state/earlier.js";
import { lockOf } from "../../state/platform.js";
import { isAsked, mayAccept, mayServe, mayTakeOver } from "../../state/rights.js";
import { agentName, serverNow } from "../../state/state.js";

export function lock(actions) {
  const why = h("span");
  const hint = h("span", { class: "locked-hint" });
  const kept = h("span", { class: "locked-hint draft-kept" });
  const act = h("button", { type: "button", class: "primary", on: { click: () => does() } });
  const back = h("button", { type: "button", on: { click: () => ask(false) } });
  const note = h("button", { type: "button", on: { click: () => actions.mode(latest[1].sessionId, "note") } });
  const sign = changingIcon("lock");
  const element = h("div", { class: "locked" }, sign.element,
    h("div", { class: "locked-words" }, why, hint, kept), act, back, note);
  let asking = null; // the session whose owner is about to be overruled
  let latest = null;
  let does = () => {};

  function ask(on) {
    asking = on ? latest[1].sessionId : null;
    view.update(...latest);
    act.focus();
  }

  const view = {
    element,
    update(state, session, w) {
      latest = [state, session, w];
      const id = session.sessionId;
      const because = reasonOf(state, session);
      if (because !== "owner" || asking !== id) asking = null;
      const [words, more] = WORDS[because](state, session, w);
      set(element, { "data-status": because });
      sign.update({ ai: "spark", pending: "clock", window: "warn", quota: "warn", blocked: "block" }[because] ?? "lock");
      set(why, { text: asking ? w("reclaimSure", { name: session.platformOwner, client: client(session, w) }) : words });
      set(hint, { text: asking ? "" : more ?? "", hidden: asking || !more });
      set(kept, { text: w("draftKept"), hidden: !state.drafts[id] });
      const verb = verbOf(because, session, state);
      set(act, { hidden: !verb, text: verb ? w(asking ? "reclaimYes" : verb) : "", disabled: Boolean(state.acts[id]) });
      set(back, { hidden: !asking, text: w("cancel") });
      set(note, { hidden: Boolean(asking), text: w("writeNote") });
      does = () => act_(verb, id);
    },
  };
  return view;

  function act_(verb, id) {
    if (verb === "reclaim" && !asking) ask(true);
    else if (verb === "reclaim") actions.reclaim(id).then(() => ask(false));
    else if (verb === "undo") actions.keepOpen(id);
    else if (verb === "goOn") actions.open(nowOf(...latest).sessionId);
    else actions[verb](id);
  }
}

/** Whether this agent may write to the customer now. */
export const isOpen = (state, session) => reasonOf(state, session) === null;

/** Whether she may begin a reply to the AI's customer: once she is sure, sending it takes the session over. */
export const takesOver = (state, session) =>
  reasonOf(state, session) === "ai" && !lockOf(session, serverNow(state));

function reasonOf(state, session) {
  if (state.endings[session.sessionId]) return "ending";
  if (!mayServe(session, state.me)) return session.blocked && session.status === "pending" ? "blocked" : session.status;
  return lockOf(session, serverNow(state));
}

function verbOf(because, session, state) {
  if (because === "ending") return "undo";
  if (because === "owner") return "reclaim";
  if (because === "closed" && nowOf(state, session)) return "goOn";
  if (mayAccept(session)) return "accept";
  return because !== null && mayTakeOver(session, state.me) ? "takeOver" : null;
}

const channel = (session, w) => w(`channels.${session.channelType}`);
const client = (session, w) => w(`clients.${session.channelType}`);

const WORDS = {
  ending: (state, session, w) => [w("ending")],
  ai: (state, session, w) => [w("answersHere")],
  pending: (state, session, w) => [w("heldByNobody"), w("heldByNobodyHint")],
  blocked: (state, session, w) => [w("heldByNobodyBlocked"), w("heldByNobodyHint")],
  closed: (state, session, w) => [w("closedWhy"), w(nowOf(state, session) ? "closedGoesOn" : "closedHint")],
  manual: (state, session, w) => {
    const name = agentName(state, session.manualCsId);
    return [w("heldBy", { name }), isAsked(session, state.me) ? w("askedHint", { name }) : null];
  },
  owner: (state, session, w) => [
    w("heldAtPlatform", { name: session.platformOwner, client: client(session, w) }), w("heldAtPlatformHint"),
  ],
  window: (state, session, w) => [w("windowLock", { channel: channel(session, w) }), w("windowHint")],
  quota: (state, session, w) => [w("quotaLock", { channel: channel(session, w) }), w("quotaHint")],
  null: (state, session, w) => [""],
};
