/*
 * Where a reply is written. Enter sends, but never half a word: while an input method composes, Enter belongs to it.
 * Safari tells of the end of composing before it tells of the Enter that ended it, so for a moment after it Enter is
 * still not ours.
 */

import { h, set } from "../dom.js";
import { changingIcon, icon } from "../icons.js";
import { mayAccept, mayTakeOver, mayServe, isMine } from "../rights.js";
import { LONGEST_REPLY, agentName, customerName } from "../state.js";

const AFTER_COMPOSING = 80; // ms
const KEY_OF_INPUT_METHOD = 229;
const COUNT_FROM = 0.8; // of the longest

export function mount(element, actions) {
  const text = h("textarea", { rows: 1, id: "reply", on: { input, keydown, compositionstart, compositionend } });
  const hint = h("span", { class: "hint muted" });
  const counter = h("span", { class: "counter" });
  const sendText = h("span");
  const send = h("button", { type: "button", class: "primary send", on: { click: submit } }, icon("send"), sendText);
  const note = h("p", { class: "composer-note" });
  const writing = h("div", { class: "writing" }, note, text, h("div", { class: "composer-foot" }, hint, counter, send));
  const why = h("span");
  const act = h("button", { type: "button", class: "primary", on: { click: () => does() } });
  const sign = changingIcon("lock");
  const locked = h("div", { class: "locked" }, sign.element, why, act);
  element.append(writing, locked);

  let id = null;
  let writable = false;
  let composing = false;
  let composedAt = -Infinity;
  let does = () => {};

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

  function keydown(event) {
    if (event.key === "Escape" && !composing) text.blur();
    if (event.key !== "Enter" || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
    if (composing || event.isComposing || event.keyCode === KEY_OF_INPUT_METHOD) return;
    event.preventDefault();
    if (event.timeStamp - composedAt > AFTER_COMPOSING && !event.repeat) submit();
  }

  function submit() {
    const said = text.value.trim();
    if (!said || said.length > LONGEST_REPLY || writing.hidden) return;
    actions.say(id, said);
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
      writable = mayServe(session, state.me) && !state.endings[id];
      const opens = writable && !before;
      const draft = state.drafts[id] ?? "";
      writing.hidden = !writable;
      locked.hidden = writable;
      if (text.value !== draft && (fresh || !composing)) {
        text.value = draft;
        grow();
      }
      write(state, session, draft, w);
      lock(state, session, w);
      if (!opens) return;
      grow();
      if (matchMedia("(hover: hover)").matches) text.focus(); // on a phone its keyboard would cover the thread
    },
  };

  function write(state, session, draft, w) {
    const length = draft.trim().length;
    const over = length - LONGEST_REPLY;
    set(text, { placeholder: w("replyPrompt"), "aria-label": w("reply", { name: customerName(session) }) });
    set(hint, { text: matchMedia("(hover: hover)").matches ? w("replyHint") : "" });
    set(counter, {
      hidden: length < COUNT_FROM * LONGEST_REPLY, "data-over": over > 0,
      text: over > 0 ? w("tooLong", { n: over }) : `${length} / ${LONGEST_REPLY}`,
    });
    set(sendText, { text: w("send") });
    set(send, { disabled: !length || over > 0 });
    const supervising = !isMine(session, state.me);
    set(note, { hidden: !supervising, text: w("supervising", { name: agentName(state, session.manualCsId) }) });
  }

  /** Why nothing can be written here, and what would change that. */
  function lock(state, session, w) {
    const ending = state.endings[session.sessionId];
    const takes = mayAccept(session) ? "accept" : mayTakeOver(session, state.me) ? "takeOver" : null;
    const reason = {
      ai: () => w("heldByAi"), pending: () => w("heldByNobody"), closed: () => w("closedWhy"),
      manual: () => w("heldBy", { name: agentName(state, session.manualCsId) }),
    }[session.status]();
    set(locked, { "data-status": ending ? "ending" : session.status });
    sign.update({ ai: "spark", pending: "clock" }[session.status] ?? "lock");
    set(why, { text: ending ? w("ending") : reason });
    const verb = ending ? "undo" : takes;
    set(act, { hidden: !verb, text: verb ? w(verb) : "", disabled: Boolean(state.acts[id]) });
    does = () => (ending ? actions.keepOpen(id) : actions[takes](id));
  }
}
