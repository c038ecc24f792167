/*
 * Where a reply is written. Enter sends, but never half a word: while an input method composes, Enter belongs to it.
 * Safari tells of the end of composing before it tells of the Enter that ended it, so for a moment after it Enter is
 * still not ours.
 */

import { abilityOf, cardsTaken, choosable } from "../../state/abilities.js";
import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { takesFiles } from "../../state/files.js";
import { markOf } from "../../state/helps.js";
import { measured } from "../../state/reply.js";
import { isMine } from "../../state/rights.js";
import { LONGEST_REPLY, agentName, customerName } from "../../state/state.js";
import { aid } from "./aid.js";
import { sendingOf } from "../dialogs/carding.js";
import { chips, takenInWords } from "./chips.js";
import { dropZone } from "./drop.js";
import { isOpen, lock } from "./lock.js";

const AFTER_COMPOSING = 80; // ms
const KEY_OF_INPUT_METHOD = 229;
const KEYBOARD = "(hover: hover)";
const DIGITS = ["Digit1", "Digit2", "Digit3"];
const COUNT_FROM = 0.8; // of the longest

export function mount(element, actions, thread) {
  const text = h("textarea", {
    rows: 1, id: "reply", on: { input, keydown, compositionstart, compositionend, paste },
  });
  const hint = h("span", { class: "hint muted" });
  const counter = h("span", { class: "counter" });
  const choice = h("input", { type: "file", multiple: true, hidden: true, on: { change: chose } });
  const attach = h("button", { type: "button", class: "icon-button attach", on: { click: () => choice.click() } },
    icon("attach"));
  const cards = h("button", { type: "button", class: "icon-button", on: { click: () => actions.writeCard(id) } },
    icon("card"));
  const sendText = h("span");
  const send = h("button", { type: "button", class: "primary send", on: { click: submit } }, icon("send"), sendText);
  const note = h("p", { class: "composer-note" });
  const ready = chips(actions);
  const writing = h("div", { class: "writing" }, note, ready.element, text,
    h("div", { class: "composer-foot" }, h("div", { class: "composer-tools" }, attach, choice, cards), hint, counter, send));
  const locked = lock(actions);
  const helping = aid(actions, () => writable && matchMedia(KEYBOARD).matches && text.focus());
  element.append(helping.element, writing, locked.element);
  element.addEventListener("keydown", useNumbered);
  const zone = dropZone(thread, (files) => takeIn(files));

  let id = null;
  let writable = false;
  let latest = null;
  let composing = false;
  let composedAt = -Infinity;

  function input() {
    actions.draft(id, text.value);
    grow();
  }

  function compositionstart() {
    composing = true;
  }

  function compositionend(event) {
    composing = false;
    composedAt = event.timeStamp;
  }

  /** Here Alt with a number means a suggestion, as long as there are any. */
  function useNumbered(event) {
    const { altKey, ctrlKey, metaKey, shiftKey, code } = event;
    const { phase, what, drafts } = latest?.state.helps[id] ?? {};
    if (!altKey || ctrlKey || metaKey || shiftKey || phase !== "ready" || what === "summary" || !writable) return;
    const draft = drafts[DIGITS.indexOf(code)];
    if (!draft) return;
    event.preventDefault();
    event.stopPropagation();
    actions.useDraft(id, draft.text, draft.doubts);
  }

  function keydown(event) {
    if (event.key === "Escape" && !composing && !latest.state.helps[id]) text.blur();
    if (isUndo(event) && markOf(latest.state, id)) {
      event.preventDefault();
      actions.undoHelp(id);
    }
    if (event.key !== "Enter" || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
    if (composing || event.isComposing || event.keyCode === KEY_OF_INPUT_METHOD) return;
    event.preventDefault();
    if (event.timeStamp - composedAt > AFTER_COMPOSING && !event.repeat) submit();
  }

  /** A screenshot is a file; what an office program copies is a picture of its words beside them, and they count. */
  function paste(event) {
    const { files, types } = event.clipboardData;
    if (!files.length || types.includes("text/plain")) return;
    event.preventDefault();
    takeIn([...files]);
  }

  function chose() {
    takeIn([...choice.files]);
    choice.value = ""; // so that the same file can be chosen again
  }

  function takeIn(files) {
    if (writable) actions.attach(id, files);
    if (writable) text.focus();
  }

  function submit() {
    const said = text.value.trim();
    if (writing.hidden || !measured(latest.state, latest.session, said).goes) return;
    actions.sayFiles(id);
    if (said) actions.say(id, said);
    text.value = ""; // now, or a second Enter before the next frame says it twice
    grow();
    text.focus();
  }

  function grow() {
    text.style.height = "auto";
    text.style.height = `${text.scrollHeight}px`;
  }

  return {
    update(state, session, w) {
      const fresh = id !== session.sessionId;
      const before = !fresh && writable;
      id = session.sessionId;
      latest = { state, session };
      writable = isOpen(state, session);
      const opens = writable && !before;
      const draft = state.drafts[id] ?? "";
      writing.hidden = !writable;
      locked.element.hidden = writable;
      if (text.value !== draft && (fresh || !composing)) {
        text.value = draft;
        grow();
      }
      ready.update(state, id, w);
      helping.update(state, session, writable, w);
      set(text, { "data-helped": Boolean(markOf(state, id)) });
      zone.update(writable, w);
      write(state, session, draft, w);
      locked.update(state, session, w);
      if (!opens) return;
      grow();
      if (matchMedia(KEYBOARD).matches) text.focus(); // on a phone its keyboard would cover the thread
    },
    /** Nothing is open that a file could be dropped on. */
    hide: (w) => zone.update(false, w),
  };

  function write(state, session, draft, w) {
    const said = draft.trim();
    const reply = measured(state, session, said);
    set(text, { placeholder: w("replyPrompt"), "aria-label": w("reply", { name: customerName(session) }) });
    set(hint, { text: matchMedia(KEYBOARD).matches ? w("replyHint") : "" });
    const wrong = troubleOf(reply, w);
    const count = said.length < COUNT_FROM * LONGEST_REPLY ? "" : `${said.length} / ${LONGEST_REPLY}`;
    const cut = reply.texts > 1 ? w("inParts", { n: reply.texts }) : "";
    set(counter, { "data-over": Boolean(wrong), text: wrong || [cut, count].filter(Boolean).join(" · ") });
    counter.hidden = !counter.textContent;
    const ability = abilityOf(state, session);
    const taken = takenInWords(ability, w);
    set(attach, {
      hidden: !takesFiles(state, session), "aria-label": w("attach"), title: w("attachHint", { taken }),
    });
    set(choice, { "aria-label": w("attach"), accept: choosable(ability) });
    const kinds = cardsTaken(ability);
    const sending = sendingOf(kinds, w);
    set(cards, { hidden: !kinds.length, "aria-label": sending, title: sending });
    set(sendText, { text: w("send") });
    set(send, { disabled: !reply.goes });
    const supervising = !isMine(session, state.me);
    set(note, { hidden: !supervising, text: w("supervising", { name: agentName(state, session.manualCsId) }) });
  }
}

const isUndo = ({ ctrlKey, metaKey, altKey, shiftKey, code }) =>
  (ctrlKey || metaKey) && !altKey && !shiftKey && code === "KeyZ";

/** What has to be put right before it can go. */
function troubleOf({ over, parts, most, stuck }, w) {
  if (over > 0) return w("tooLong", { n: over });
  if (stuck) return w("stuck");
  return parts > most ? w("overQuota", { n: parts, most }) : "";
}
