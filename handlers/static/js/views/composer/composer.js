/*
 * The composer of the open session: a reply to the customer or a note for colleagues, each in its own box. Which of the
 * two it is shows over all of it, so that no note is written where a reply is sent.
 */

import { h, set } from "../parts/dom.js";
import { modeOf } from "../../state/drafts.js";
import { takesFiles } from "../../state/files.js";
import { aid } from "./aid.js";
import { dropZone } from "./drop.js";
import { isOpen } from "./lock.js";
import { modes } from "./modes.js";
import { noting } from "./note.js";
import { replying } from "./reply.js";

const DIGITS = ["Digit1", "Digit2", "Digit3"];

export function mount(element, actions, thread) {
  const reply = replying(actions);
  const note = noting(actions);
  const tabs = modes(actions);
  const helping = aid(actions, reply.focus);
  element.append(h("div", { class: "composer-top" }, tabs.element, helping.element), reply.element, note.element);
  element.addEventListener("keydown", useNumbered);
  const zone = dropZone(thread, reply.takeIn);
  let latest = null;

  /** Here Alt with a number means a suggestion, as long as there are any. */
  function useNumbered(event) {
    const { altKey, ctrlKey, metaKey, shiftKey, code } = event;
    const { phase, what, drafts } = latest?.state.helps[latest.id] ?? {};
    if (!altKey || ctrlKey || metaKey || shiftKey || phase !== "ready" || what === "summary" || !reply.writable) return;
    const draft = drafts[DIGITS.indexOf(code)];
    if (!draft || latest.mode === "note") return;
    event.preventDefault();
    event.stopPropagation();
    actions.useDraft(latest.id, draft.text, draft.doubts);
  }

  /** In words; null where they can be added. */
  function whyNoFiles(state, session, w) {
    if (latest.mode === "note") return w("dropNoNote");
    if (!reply.writable) return w("dropNotNow");
    return takesFiles(state, session) ? null : w("noFilesHere", { channel: w(`channels.${session.channelType}`) });
  }

  return {
    update(state, session, w) {
      const id = session.sessionId;
      const mode = modeOf(state, id);
      latest = { state, id, mode };
      set(element, { "data-mode": mode });
      tabs.update(state, session, w);
      reply.update(state, session, w, { shown: mode === "reply" });
      note.update(state, session, w, { shown: mode === "note" });
      helping.update(state, session, isOpen(state, session), w);
      if (mode === "note") helping.element.hidden = true;
      zone.update(whyNoFiles(state, session, w), w);
    },
    /** Nothing is open that a file could be dropped on. */
    hide: zone.hide,
  };
}
