/*
 * Where a reply to the customer is written, or why none can be. What is wrong with it is said beside it, and nothing
 * leaves that was not looked through: see state/guards.js.
 */

import { abilityOf } from "../../state/abilities.js";
import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { keyInWords, withKey } from "../parts/keytitle.js";
import { draftOf } from "../../state/drafts.js";
import { forbiddenIn, blanksIn, guarded, nextBlank } from "../../state/guards.js";
import { markOf } from "../../state/helps.js";
import { measured } from "../../state/reply.js";
import { customerName } from "../../state/state.js";
import { box, hasKeyboard } from "./box.js";
import { chips } from "./chips.js";
import { counted } from "./counter.js";
import { goods } from "./goods.js";
import { isOpen, lock, takesOver } from "./lock.js";
import { options } from "./options.js";
import { other } from "./other.js";
import { owner } from "./owner.js";
import { queue } from "./queue.js";
import { slash } from "./slash.js";
import { tools } from "./tools.js";
import { waiting } from "./waiting.js";
import { warning } from "./warning.js";

export function replying(actions) {
  const text = box({ id: "reply", on: { typed, sent: submit, keyed, moved, pasted: takeIn }, marksOf });
  const quick = slash(text, actions, () => latest);
  const lists = [quick, goods(text, actions, () => latest)];
  const ready = chips(actions);
  const held = waiting(actions);
  const queued = queue(actions);
  const lost = other(actions, "reply");
  const asks = warning({ send: () => go(asked.then), back: () => text.focus() });
  const holder = owner(actions);
  const beside = tools(actions, { insert: (one) => text.insert(one), takeIn, openLibrary: () => quick.open() });
  const how = options(actions);
  const hint = h("span", { class: "hint muted" });
  const counter = h("span", { class: "counter" });
  const send = h("button", { type: "button", class: "primary send", on: { click: () => submit(null) } },
    icon("send"), h("span"));
  const above = [holder, queued, held, asks, lost, ready].map((part) => part.element);
  const writing = h("div", { class: "writing" }, ...above, text.element, h("div", { class: "composer-foot" },
    beside.element, hint, counter, h("div", { class: "send-group" }, send, how.element)));
  const locked = lock(actions);
  let id = null;
  let open = false; // what she sends goes
  let writable = false; // or it goes once she has taken the session over
  let shown = false;
  let latest = null;
  let asked = null; // {text, then, asks}: she is asked whether it is to go as it is
  let tried = null; // the text that could not go

  function typed(value) {
    actions.draft(id, value);
  }

  function moved() {
    for (const list of lists) list.look();
  }

  function marksOf(value) {
    if (!latest) return [];
    const forbidden = forbiddenIn(value, latest.state.forbidden, latest.session.channelType);
    const marks = [...forbidden.map((each) => ({ ...each, kind: each.action })),
      ...blanksIn(value).map((each) => ({ ...each, kind: "blank" }))];
    return marks.sort((one, another) => one.start - another.start);
  }

  function keyed(event) {
    if (lists.some((list) => list.keyed(event))) return true;
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

  function takeIn(files) {
    if (!writable) return;
    actions.attach(id, files);
    text.focus();
  }

  function submit(then) {
    const { value } = text.field;
    const { session } = latest;
    const drafts = { ...latest.state.drafts, [id]: value }; // an Enter in the frame of the last letter is ahead of what was shown
    const state = { ...latest.state, drafts };
    const taking = !open && state.acts[id];
    if (!writable || !shown || taking || !measured(state, session, value.trim()).goes) return;
    const wrong = guarded(state, session, value, Date.now());
    const answered = asked?.text === value ? asked.asks : [];
    if (wrong.blocked) {
      tried = value;
      text.select(wrong.blocked === "blanks" ? wrong.blanks[0] : wrong.forbidden.find(({ action }) => action === "block"));
      view.update(state, session, latest.w, { shown: true });
    } else if (wrong.asks.some((each) => !answered.includes(each))) {
      asked = { text: value, then, asks: wrong.asks };
      view.update(state, session, latest.w, { shown: true });
    } else {
      go(then);
    }
  }

  function go(then) {
    const said = text.field.value.trim();
    [asked, tried] = [null, null];
    for (const list of lists) list.close();
    if (open) {
      text.clear(); // now, or a second Enter before the next frame says it twice
      actions.send(id, said, then);
    } else {
      actions.sendTakingOver(id, said, then); // and if somebody was faster, it is still here
    }
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
      const wasOpen = !fresh && open && shown;
      id = session.sessionId;
      latest = { state, session, w };
      open = isOpen(state, session);
      writable = open || takesOver(state, session);
      ({ shown } = on);
      if (fresh) [asked, tried] = [null, null];
      view.element.hidden = !shown;
      writing.hidden = !writable;
      locked.element.hidden = writable;
      const draft = draftOf(state, "reply", id);
      write(state, session, draft, fresh, w);
      locked.update(state, session, w);
      if (open && shown && !wasOpen) view.focus(); // who only looks on has the keys for going on
    },
  };
  return view;

  function write(state, session, draft, fresh, w) {
    const key = state.own.send?.key ?? "enter";
    text.update({
      value: draft, force: fresh, by: state.forbidden, key, placeholder: w("replyPrompt"),
      "aria-label": w("reply", { name: customerName(session) }), "data-helped": Boolean(markOf(state, id)),
      readonly: !open && Boolean(state.acts[id]),
    });
    for (const part of [holder, queued, held, lost]) part.update(state, session, w);
    ready.update(state, id, w);
    for (const list of lists) list.update(w);
    how.update(state, w);
    if (asked && asked.text !== draft) asked = null;
    if (tried !== draft) tried = null;
    const wrong = guarded(state, session, draft, state.now);
    asks.update(wrong, { asked: Boolean(asked), tried: tried !== null }, w);
    if (asked) holder.element.hidden = true; // one question at a time
    const reply = measured(state, session, draft.trim());
    const ability = abilityOf(state, session);
    const count = counted(reply, ability, draft.trim(), w);
    set(hint, { text: hasKeyboard() ? w(`replyHints.${key}`) : "" });
    set(counter, { "data-over": count.over, text: count.text, hidden: !count.text });
    set(send.lastChild, { text: w("send") });
    set(send, { title: waysToSend(state, key, w), disabled: !reply.goes || wrong.blocked === "forbidden" });
    beside.update(state, session, open, w);
  }
}

/** The key that sends, and those that go on from there. */
const waysToSend = (state, key, w) => [
  `${w("send")} (${keyInWords(key === "ctrl" ? "Mod+Enter" : "Enter")})`,
  withKey(w("commands.sendNext"), state, "sendNext"), `${w("commands.sendClose")} (${keyInWords("Mod+Shift+Enter")})`,
].join("\n");

const isUndo = ({ ctrlKey, metaKey, altKey, shiftKey, code }) =>
  (ctrlKey || metaKey) && !altKey && !shiftKey && code === "KeyZ";
