/*
 * Where a reply to the customer is written, or why none can be. What is wrong with it is said beside it, and nothing
 * leaves that was not looked through: see state/guards.js.
 */

import { abilityOf, cardsTaken, choosable } from "../../state/abilities.js";
import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { takesFiles } from "../../state/files.js";
import { draftOf } from "../../state/drafts.js";
import { forbiddenIn, blanksIn, guarded, nextBlank } from "../../state/guards.js";
import { markOf } from "../../state/helps.js";
import { measured } from "../../state/reply.js";
import { isMine, mayTakeOver } from "../../state/rights.js";
import { agentName, customerName } from "../../state/state.js";
import { sendingOf } from "../dialogs/carding.js";
import { box, hasKeyboard } from "./box.js";
import { chips, takenInWords } from "./chips.js";
import { counted } from "./counter.js";
import { emoji } from "./emoji.js";
import { isOpen, lock } from "./lock.js";
import { options } from "./options.js";
import { other } from "./other.js";
import { slash } from "./slash.js";
import { waiting } from "./waiting.js";
import { warning } from "./warning.js";

export function replying(actions) {
  const text = box({ id: "reply", on: { typed, sent: submit, keyed, moved: () => quick.look(), pasted: takeIn }, marksOf });
  const quick = slash(text, actions, () => latest);
  const ready = chips(actions);
  const held = waiting(actions);
  const lost = other(actions, "reply");
  const asks = warning({ send: () => go(asked.then), back: () => text.focus() });
  const takeOver = h("button", { type: "button", on: { click: () => actions.takeOver(id) } });
  const supervising = h("p", { class: "composer-note" }, h("span"), takeOver);
  const choice = h("input", { type: "file", multiple: true, hidden: true, on: { change: chose } });
  const tool = (className, sign, act) =>
    h("button", { type: "button", class: `icon-button ${className}`, on: { click: act } }, icon(sign));
  const attach = tool("attach", "attach", () => choice.click());
  const cards = tool("", "card", () => actions.writeCard(id));
  const library = tool("library", "quick", () => quick.open());
  const faces = emoji(actions, (one) => text.insert(one));
  const how = options(actions);
  const hint = h("span", { class: "hint muted" });
  const counter = h("span", { class: "counter" });
  const send = h("button", { type: "button", class: "primary send", on: { click: () => submit(null) } },
    icon("send"), h("span"));
  const writing = h("div", { class: "writing" }, supervising, held.element, asks.element, lost.element, ready.element,
    text.element, h("div", { class: "composer-foot" },
      h("div", { class: "composer-tools" }, faces.element, attach, choice, library, cards), hint, counter,
      h("div", { class: "send-group" }, send, how.element)));
  const locked = lock(actions);
  let id = null;
  let writable = false;
  let shown = false;
  let latest = null;
  let asked = null; // {text, then}: she is asked whether it is to go as it is
  let tried = null; // the text that could not go

  function typed(value) {
    actions.draft(id, value);
  }

  function marksOf(value) {
    if (!latest) return [];
    const forbidden = forbiddenIn(value, latest.state.forbidden, latest.session.channelType);
    const marks = [...forbidden.map((each) => ({ ...each, kind: each.action })),
      ...blanksIn(value).map((each) => ({ ...each, kind: "blank" }))];
    return marks.sort((one, another) => one.start - another.start);
  }

  function keyed(event) {
    if (quick.keyed(event)) return true;
    const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
    const plain = !altKey && !ctrlKey && !metaKey;
    if (isUndo(event) && markOf(latest.state, id)) {
      actions.undoHelp(id);
      return true;
    }
    const blank = key === "Tab" && plain && nextBlank(text.field.value, text.caret, shiftKey);
    if (blank) text.select(blank);
    return Boolean(blank);
  }

  function chose() {
    takeIn([...choice.files]);
    choice.value = ""; // so that the same file can be chosen again
  }

  function takeIn(files) {
    if (!writable) return;
    actions.attach(id, files);
    text.focus();
  }

  function submit(then) {
    const { value } = text.field;
    const { state, session } = latest;
    if (!writable || !shown || !measured(state, session, value.trim()).goes) return;
    const wrong = guarded(state, session, value, Date.now());
    if (wrong.blocked) {
      tried = value;
      text.select(wrong.blocked === "blanks" ? wrong.blanks[0] : wrong.forbidden.find(({ action }) => action === "block"));
      view.update(state, session, latest.w, { shown: true });
    } else if (wrong.asks.length && asked?.text !== value) {
      asked = { text: value, then };
      view.update(state, session, latest.w, { shown: true });
    } else {
      go(then);
    }
  }

  function go(then) {
    const said = text.field.value.trim();
    text.clear(); // now, or a second Enter before the next frame says it twice
    [asked, tried] = [null, null];
    quick.close();
    actions.send(id, said, then);
    text.focus();
  }

  const view = {
    element: h("div", { class: "replying" }, writing, locked.element),
    takeIn,
    focus: () => writable && hasKeyboard() && text.focus(),
    get writable() {
      return writable;
    },
    /** `on.shown`: replies are what she writes now, and not notes. */
    update(state, session, w, on) {
      const fresh = id !== session.sessionId;
      const before = !fresh && writable && shown;
      id = session.sessionId;
      latest = { state, session, w };
      writable = isOpen(state, session);
      ({ shown } = on);
      if (fresh) [asked, tried] = [null, null];
      view.element.hidden = !shown;
      writing.hidden = !writable;
      locked.element.hidden = writable;
      const draft = draftOf(state, "reply", id);
      write(state, session, draft, fresh, w);
      locked.update(state, session, w);
      if (writable && shown && !before) view.focus();
    },
  };
  return view;

  function write(state, session, draft, fresh, w) {
    const key = state.own.send?.key ?? "enter";
    text.update({
      value: draft, force: fresh, by: state.forbidden, key, placeholder: w("replyPrompt"),
      "aria-label": w("reply", { name: customerName(session) }), "data-helped": Boolean(markOf(state, id)),
    });
    for (const part of [held, lost]) part.update(state, session, w);
    ready.update(state, id, w);
    quick.update(w);
    faces.update(state, w);
    how.update(state, w);
    if (asked && asked.text !== draft) asked = null;
    if (tried !== draft) tried = null;
    const wrong = guarded(state, session, draft, state.now);
    asks.update(wrong, { asked: Boolean(asked), tried: tried !== null }, w);
    const reply = measured(state, session, draft.trim());
    const ability = abilityOf(state, session);
    const count = counted(reply, ability, draft.trim(), w);
    set(hint, { text: hasKeyboard() ? w(`replyHints.${key}`) : "" });
    set(counter, { "data-over": count.over, text: count.text, hidden: !count.text });
    set(send.lastChild, { text: w("send") });
    set(send, { disabled: !reply.goes || wrong.blocked === "forbidden" });
    tools(state, session, ability, w);
  }

  function tools(state, session, ability, w) {
    const taken = takenInWords(ability, w);
    set(attach, { hidden: !takesFiles(state, session), "aria-label": w("attach"), title: w("attachHint", { taken }) });
    set(choice, { "aria-label": w("attach"), accept: choosable(ability) });
    const kinds = cardsTaken(ability);
    const sending = sendingOf(kinds, w);
    set(cards, { hidden: !kinds.length, "aria-label": sending, title: sending });
    set(library, { "aria-label": w("quickReplies"), title: w("quickHint") });
    supervising.hidden = isMine(session, state.me);
    set(supervising.firstChild, { text: w("supervising", { name: agentName(state, session.manualCsId) }) });
    set(takeOver, { text: w("takeOver"), hidden: !mayTakeOver(session, state.me) });
  }
}

const isUndo = ({ ctrlKey, metaKey, altKey, shiftKey, code }) =>
  (ctrlKey || metaKey) && !altKey && !shiftKey && code === "KeyZ";
