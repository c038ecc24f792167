/*
 * What can be done with a message. One button serves them all: it stands beside the message that the pointer or the
 * keyboard is at.
 */

import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { popup } from "../parts/popup.js";
import { isOpen } from "../composer/lock.js";
import { mayRecall } from "../../state/recalls.js";
import { canTeach } from "../../state/teaching.js";
import { mayChangeNote } from "../../state/notes.js";
import { mayExamine, mayRead, mayServe } from "../../state/rights.js";
import { serverNow } from "../../state/state.js";
import { wordsIn } from "./card.js";

/** `factsOf` gives what a message's element shows. */
export function messageMenu({ items, around, actions, factsOf }) {
  const button = h("button", {
    type: "button", class: "icon-button message-more", "aria-haspopup": "menu", tabindex: -1, on: { click: () => toggle() },
  }, icon("more"));
  const list = popup(around, { closed: () => set(button, { "aria-expanded": "false" }) });
  let at = null; // the message it stands beside

  items.addEventListener("pointerover", ({ target }) => standBeside(target));
  items.addEventListener("focusin", ({ target }) => standBeside(target));
  items.addEventListener("pointerleave", () => {
    if (!list.isOpen() && !at?.contains(document.activeElement)) leave();
  });

  function standBeside(target) {
    const message = target.closest?.(".message, .internal-note");
    if (!message || message === at || list.isOpen()) return;
    const facts = factsOf(message);
    if (!facts?.told && !facts?.note) return; // it is still on its way, or gone
    at = message;
    message.querySelector(".line, .internal-head").append(button);
    set(button, { "aria-label": facts.w("messageMenu"), title: facts.w("messageMenu"), "aria-expanded": "false" });
  }

  function leave() {
    button.remove();
    at = null;
  }

  function toggle() {
    if (list.isOpen()) list.close(true);
    else openAt(at);
  }

  function openAt(message) {
    if (!message) return;
    standBeside(message);
    const facts = factsOf(message);
    if (!facts?.told && !facts?.note) return;
    set(button, { "aria-expanded": "true" });
    const choices = facts.note ? choicesForNote(facts, actions) : choicesFor(facts, actions);
    list.open(button, choices, facts.w("messageMenu"), message);
  }

  return { element: list.element, openAt, close: () => list.close() };
}

function choicesFor({ told, sessionId: id, state, w, session }, actions) {
  const here = id === session.sessionId;
  const said = wordsIn(told.content).trim();
  const text = told.msgType === "text" || Boolean(said);
  const choice = (key, sign, act, more = {}) => ({ key, sign, text: w(`messageMenus.${key}`), act, ...more });
  const words = text ? [
    choice("copy", "copy", () => actions.copy(said)),
    ...(here && isOpen(state, session) ? [choice("quote", "quote", () => actions.quote(id, short(said)))] : []),
    ...(here && state.noteDrafts && mayRead(session, state.me) ? [choice("note", "lock", () => actions.toNote(id, said))] : []),
    ...(actions.newQuick ? [choice("quick", "talk", () => actions.newQuick({ content: said }))] : []),
  ] : [];
  return [
    ...words,
    ...(canTeach(told, state) ? [choice("teach", "book", () => actions.askTeach({ id, msgId: told.msgId }))] : []),
    choice("link", "link", () => actions.copyLink(id, told.seq)),
    ...(told.delivery?.dismissedAt && mayServe(session, state.me)
      ? [choice("retry", "send", () => actions.retry(id, told.msgId))] : []),
    ...(maySeeRaw(state) ? [choice("raw", "file", () => actions.showRaw(told))] : []),
    ...(here && mayRecall(state, session, told)
      ? [choice("recall", "undo", () => actions.askRecall(told.msgId, "sure"), { danger: true })] : []),
  ];
}

function choicesForNote({ note, sessionId: id, state, w }, actions) {
  const choice = (key, sign, act, more = {}) => ({ key, sign, text: w(`messageMenus.${key}`), act, ...more });
  return [
    choice("copy", "copy", () => actions.copy(note.content)),
    ...(mayChangeNote(note, state.me, serverNow(state)) ? [
      choice("editNote", "edit", () => actions.askRenote(note.noteId, "edit")),
      choice("removeNote", "close", () => actions.askRenote(note.noteId, "sure"), { danger: true }),
    ] : []),
    choice("link", "link", () => actions.copyLink(id, note.afterSeq, note.noteId)),
  ];
}

const LONGEST_QUOTE = 80; // characters; more of it nobody reads again

const short = (text) => ([...text].length > LONGEST_QUOTE ? `${[...text].slice(0, LONGEST_QUOTE).join("")}…` : text);

/** Admins; where access is open, everyone. */
const maySeeRaw = ({ me, auth }) => (auth.required ? me.role === "admin" : mayExamine(me, auth));
