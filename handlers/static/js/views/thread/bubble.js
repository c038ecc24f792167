/*
 * The things a timeline is made of: day lines, the divider of what is new, lines of what happened, and messages.
 * Whatever a customer wrote is set as text, in the one place for it.
 */

import { h, set } from "../parts/dom.js";
import { icon, changingIcon } from "../parts/icons.js";
import { agentName, customerName, isOfStaff } from "../../state/state.js";
import { body } from "./body.js";
import { extras } from "./extras.js";

const TROUBLED = ["failed", "uncertain", "refused", "unconfirmed"];
const STATE_ICONS = { sent: "check", queued: "clock", waiting: "clock", held: "clock", sending: "clock", uploading: "clock" };
const ON_THE_WAY = 60_000; // ms between the platform's time and ours that nobody need be told of

export const MAKE = { day: dayLine, divider, note, message };

function dayLine() {
  const text = h("span");
  return {
    element: h("li", { class: "day-line" }, text),
    update: ({ item, state, w }) => set(text, { text: w.day(item.at, state.now) }),
  };
}

function divider() {
  const text = h("span");
  return { element: h("li", { class: "new-divider" }, text), update: ({ w }) => set(text, { text: w("newDivider") }) };
}

function note() {
  const text = h("span");
  return {
    element: h("li", { class: "note-line" }, text),
    update: ({ item: { note, at }, state, w }) => {
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
  const drop = h("button", { type: "button", on: { click: () => actions.unsay(sessionId, key) } });
  trouble.append(why, again, drop);
  const line = h("div", { class: "line" }, bubble, fate);
  const element = h("li", { class: "message" }, head, line, trouble);
  const more = extras(element, line, { actions, sessionId });
  let retry = () => {};
  let key = null;

  return {
    element,
    update({ item, state, session, w }) {
      key = item.key;
      const told = item.message ?? asMessage(item.said);
      const side = sideOf(told, state.me);
      set(element, { "data-from": side, "data-starts": item.starts });
      tag.hidden = side !== "ai";
      set(tag.lastChild, { text: w("ai") });
      const name = nameOf(told, state, session, w);
      set(author, { text: name, title: name, hidden: side === "me" || side === "ai" });
      set(time, { text: w.time(item.at), datetime: new Date(item.at).toISOString(), title: whenOf(item, told, w) });
      set(bubble, { title: item.starts ? null : whenOf(item, told, w) });
      set(element, { "data-recalled": Boolean(told.recalledAt) });
      set(recalled, { text: recallOf(told, side, name, w), hidden: !told.recalledAt });
      what.update(told, { w, sending: item.said?.file ? { ...item.said.file, ...state.files[key] } : null });
      more.update(told, state, session, w);
      delivery(item, told, state, w);
    },
  };

  function delivery(item, told, state, w) {
    const { state: where, reason } = item.said ?? told.delivery ?? {};
    const shown = item.said?.until ? "waiting" : wordFor(where, item.held, state.line.phase === "open", state.files[key]);
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
    set(again, { text: w("retry"), hidden: lost, disabled: Boolean(state.retrying[told.msgId]) });
    set(drop, { text: w("discard"), hidden: !item.said });
    retry = () => (item.said ? actions.sayAgain(sessionId, key) : actions.retry(sessionId, told.msgId));
  }
}

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

function recallOf({ recalledAt }, side, name, w) {
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
