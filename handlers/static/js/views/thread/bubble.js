/*
 * The things a timeline is made of: day lines, where one session ends and the next begins, the divider of what is new,
 * lines of what happened, notes of colleagues, and messages. Whatever a customer wrote is set as text, in the one place
 * for it. Each is shown with `{item, given, chain, now}`; see `sharing.js` for what is given.
 */

import { h, set } from "../parts/dom.js";
import { icon, changingIcon } from "../parts/icons.js";
import { outcomeOf } from "../parts/outcome.js";
import { hasLine } from "../../state/holding.js";
import { mayDismiss } from "../../state/rights.js";
import { agentName, customerName, isOfStaff } from "../../state/state.js";
import { body } from "./body.js";
import { extras } from "./extras.js";
import { internal } from "./internal.js";

const TROUBLED = ["failed", "uncertain", "refused", "unconfirmed"];
const STATE_ICONS = { sent: "check", queued: "clock", waiting: "clock", held: "clock", sending: "clock", uploading: "clock" };
const ON_THE_WAY = 60_000; // ms between the platform's time and ours that nobody need be told of

export const MAKE = { day: dayLine, session: sessionLine, divider, note, internal, message };

function dayLine() {
  const text = h("span");
  return {
    element: h("li", { class: "day-line" }, text),
    update: ({ item, now, given: { w } }) => set(text, { text: w.day(item.at, now) }),
  };
}

/** Above it lies an earlier session of the customer's. */
function sessionLine() {
  const text = h("span");
  return {
    element: h("li", { class: "session-line" }, icon("up"), text),
    update: ({ item: { earlier, isLast }, now, given: { state, w } }) => set(text, { text: [
      w(isLast ? "lastSession" : "sessionBefore"), w.date(Date.parse(earlier.createdAt), now),
      w(`channels.${earlier.channelType}`), outcomeOf(earlier, state, w),
    ].join(" · ") }),
  };
}

function divider() {
  const text = h("span");
  return {
    element: h("li", { class: "new-divider" }, text),
    update: ({ given: { w } }) => set(text, { text: w("newDivider") }),
  };
}

function note() {
  const text = h("span");
  return {
    element: h("li", { class: "note-line" }, text),
    update: ({ item: { note, at }, given: { state, w } }) => {
      const said = w(`notes.${note.kind}`, { by: agentName(state, note.by), from: agentName(state, note.from) });
      const why = note.kind === "asked" && w.knows(`reasons.${note.reason}`) ? w(`reasons.${note.reason}`) : null;
      set(text, { text: `${why ? w("because", { note: said, reason: why }) : said} · ${w.time(at)}` });
    },
  };
}

function message({ actions, sessionId }) {
  const tag = h("span", { class: "ai-tag" }, icon("spark"), h("span"));
  const author = h("span", { class: "author" });
  const time = h("time", {});
  const head = h("div", { class: "message-head" }, tag, author, time);
  const recalled = h("span", { class: "recalled" });
  const what = body({ actions });
  const bubble = h("div", { class: "bubble" }, recalled, what.element);
  const mark = changingIcon("clock");
  const fateText = h("span");
  const fate = h("span", { class: "fate" }, mark.element, fateText);
  const trouble = h("div", { class: "trouble" });
  const why = h("span", { class: "why" }, icon("warn"), h("span"));
  const again = h("button", { type: "button", on: { click: () => retry() } });
  const copy = h("button", { type: "button", on: { click: () => actions.copy((shown.item.message ?? shown.item.said).content) } });
  const drop = h("button", { type: "button", on: { click: () => discard() } });
  trouble.append(why, h("span", { class: "trouble-acts" }, again, copy, drop));
  const line = h("div", { class: "line" }, bubble, fate);
  const element = h("li", { class: "message", tabindex: -1 }, head, line, trouble);
  const more = extras(element, { actions, sessionId });
  let retry = () => {};
  let discard = () => {};
  let key = null;
  let shown = null; // {item, given}

  return {
    element,
    /** What can be done with it rests on these. */
    facts: () => ({ told: shown.item.message ?? null, said: shown.item.said ?? null, sessionId, key, ...shown.given }),
    update({ item, given, chain }) {
      if (shown?.given === given && isSame(shown.item, item)) return;
      shown = { item, given };
      key = item.key;
      const { state, w } = given;
      const session = sessionId === given.session.sessionId
        ? given.session : chain.find(({ id }) => id === sessionId).session;
      const told = item.message ?? asMessage(item.said);
      const side = sideOf(told, state.me);
      set(element, { "data-from": side, "data-starts": item.starts, "data-seq": told.seq, "data-session": sessionId });
      tag.hidden = side !== "ai";
      set(tag.lastChild, { text: w("ai") });
      const name = nameOf(told, state, session, w);
      set(author, { text: name, title: name, hidden: side === "me" || side === "ai" });
      set(time, { text: w.time(item.at), datetime: new Date(item.at).toISOString(), title: whenOf(item, told, w) });
      set(bubble, { title: item.starts ? null : whenOf(item, told, w) });
      const gone = goneBy(told, side, name, w);
      set(element, { "data-recalled": Boolean(gone) });
      set(recalled, { text: gone, hidden: !gone });
      what.update(told, { w, session, sending: item.said?.file ? { ...item.said.file, ...state.files[key] } : null });
      more.update(told, state, session, w);
      delivery(item, told, state, w, mayDismiss(session, state.me));
    },
  };

  function delivery(item, told, state, w, hers) {
    const { state: where, reason } = item.said ?? (told.delivery?.dismissedAt ? {} : told.delivery) ?? {};
    const shown = item.said?.until ? "waiting" : wordFor(where, item.held, hasLine(state), state.files[key]);
    const troubled = TROUBLED.includes(shown);
    const words = shown ? w(`deliveries.${shown}`) : "";
    set(element, { "data-delivery": shown ?? null });
    set(fate, { hidden: !shown || troubled, title: reason || null });
    if (shown && !troubled) {
      mark.update(STATE_ICONS[shown]);
      set(fateText, { text: words });
    }
    set(trouble, { hidden: !troubled });
    if (!troubled) return;
    const lost = Boolean(item.said?.file) && !item.said.fileId && !state.files[key];
    const because = reason || (shown === "unconfirmed" ? w("unconfirmedWhy") : lost ? w("fileLost") : "");
    set(why.lastChild, { text: because ? w("because", { note: words, reason: because }) : words });
    const busy = Boolean(state.retrying[told.msgId]);
    set(again, { text: w("retry"), hidden: lost, disabled: busy });
    set(copy, { text: w("messageMenus.copy"), hidden: told.msgType !== "text" });
    set(drop, { text: w("discard"), hidden: !item.said && !(where === "failed" && hers), disabled: busy });
    retry = () => (item.said ? actions.sayAgain(sessionId, key) : actions.retry(sessionId, told.msgId));
    discard = () => (item.said ? actions.unsay(sessionId, key) : actions.dismissFailed(sessionId, told.msgId));
  }
}

const isSame = (one, other) => one.message === other.message && one.said === other.said && one.starts === other.starts
  && one.held === other.held && one.at === other.at;

function wordFor(state, held, online, file) {
  if (state === "queued" && online && file?.phase === "uploading") return "uploading";
  if (state === "queued" && held) return "held";
  return state === "pending" || (state === "queued" && online) ? "sending" : state;
}

const asMessage = ({ csId, content, msgType = "text", shown }) => ({
  senderType: "manual", senderId: csId, content: shown?.content ?? content, msgType, fields: shown?.fields, unsent: true,
});

function sideOf(told, me) {
  if (told.senderType !== "manual") return told.senderType;
  return told.senderId === me.csId && !isOfStaff(told) ? "me" : "agent";
}

function nameOf(told, state, session, w) {
  if (told.senderType === "customer") return customerName(session);
  const name = agentName(state, told.senderId);
  return isOfStaff(told) ? w("ofStaff", { name, client: w(`clients.${session.channelType}`) }) : name;
}

/** That it was taken back, or given up; nothing while it stands. */
function goneBy({ recalledAt, delivery }, side, name, w) {
  if (delivery?.dismissedAt) return `${w("givenUp")} · ${w.time(Date.parse(delivery.dismissedAt))}`;
  if (!recalledAt) return "";
  const who = side === "customer" ? "recalledByCustomer" : side === "me" ? "recalledByMe" : "recalledBy";
  return `${w(who, { name })} · ${w.time(Date.parse(recalledAt))}`;
}

/** When it was said; the platform's own time too where the two differ. */
function whenOf(item, told, w) {
  const platform = told.platformTime ? Date.parse(told.platformTime) : item.at;
  const time = w.full(item.at);
  if (Math.abs(platform - item.at) <= ON_THE_WAY) return time;
  return `${time} · ${w("platformTime", { time: w.full(platform) })}`;
}
