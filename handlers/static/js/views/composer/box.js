/*
 * A box to write in. Enter is never taken from an input method: while one composes, it belongs to it, and since Safari
 * tells of the end of composing before the Enter that ended it, for a moment after it too.
 *
 * Behind the text lies a copy of it, unseen, on which marks are painted, and by which the caret's place is known. The
 * two share a place, which is as tall as the copy: so the box grows with its text without being measured.
 */

import { h, set, whenChanged } from "../parts/dom.js";
import { inParts } from "./parted.js";

const AFTER_COMPOSING = 80; // ms
const KEY_OF_INPUT_METHOD = 229;

/** Text fields open themselves where there are keys; on a phone its keyboard would cover the thread. */
export const hasKeyboard = () => matchMedia("(hover: hover)").matches;

/**
 * `on` are `{typed(text), sent(then), keyed(event) → taken, moved(), pasted(files)}`, `id` is the field's, and
 * `marksOf(text)` what is painted: `{start, end, kind}`, in order.
 */
export function box({ id, on, marksOf = () => [] }) {
  const field = h("textarea", {
    rows: 1, id,
    on: {
      input, keydown, compositionstart, compositionend, paste, scroll, keyup: moved, click: moved, blur: moved,
      send: ({ detail }) => on.sent(detail), // a key of the page's
    },
  });
  const copy = h("div", { class: "box-copy", "aria-hidden": "true" });
  const element = h("div", { class: "box" }, copy, field);
  let composing = false;
  let composedAt = -Infinity;
  let sendKey = "enter";
  let rules = null; // the marks are by these

  function input() {
    paint(field.value, rules, field.placeholder);
    on.typed(field.value);
    on.moved();
  }

  function moved() {
    on.moved();
  }

  function scroll() {
    copy.scrollTop = field.scrollTop;
  }

  function compositionstart() {
    composing = true;
  }

  function compositionend(event) {
    composing = false;
    composedAt = event.timeStamp;
  }

  function keydown(event) {
    const method = composing || event.isComposing || event.keyCode === KEY_OF_INPUT_METHOD;
    const soon = event.key === "Enter" && event.timeStamp - composedAt <= AFTER_COMPOSING;
    if (method) return;
    if (soon) {
      if (sendsBy(event, sendKey)) event.preventDefault();
      return;
    }
    if (on.keyed(event)) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const sends = sendsBy(event, sendKey);
    if (!sends) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) on.sent(sends.then);
  }

  /** A screenshot is a file; what an office program copies is a picture of its words beside them, and they count. */
  function paste(event) {
    const { files, types } = event.clipboardData;
    if (!files.length || types.includes("text/plain")) return;
    event.preventDefault();
    on.pasted([...files]);
  }

  const paint = whenChanged((text, by, prompt) => {
    const seen = text ? inParts(text, marksOf(text)) : [prompt];
    copy.replaceChildren(...seen, "\u200b"); // or a last empty line would have no height
    scroll();
  });

  const view = {
    element, field,
    get composing() {
      return composing;
    },
    get caret() {
      return { start: field.selectionStart, end: field.selectionEnd };
    },
    focus: () => field.focus(),
    /** Puts a text in the place of another as if it were typed, so that Ctrl+Z takes it back. */
    replace(start, end, text) {
      field.focus();
      field.setSelectionRange(start, end);
      if (text ? document.execCommand("insertText", false, text) : document.execCommand("delete")) return;
      field.setRangeText(text, start, end, "end");
      input();
    },
    insert: (text) => view.replace(field.selectionStart, field.selectionEnd, text),
    select(range) {
      field.focus();
      field.setSelectionRange(range.start, range.end);
    },
    clear() {
      field.value = "";
      paint("", rules, field.placeholder);
    },
    /** Where a place in the text is seen, in the box. */
    placeOf(at) {
      const range = document.createRange();
      let rest = at;
      const walker = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
      for (let node; (node = walker.nextNode()); rest -= node.length) {
        if (rest > node.length) continue;
        range.setStart(node, rest);
        break;
      }
      const seen = range.getClientRects()[0] ?? copy.getBoundingClientRect();
      const around = element.getBoundingClientRect();
      return { left: seen.left - around.left, top: seen.top - around.top };
    },
    /** `force` where it is another text than before, so that nobody is typing in it; `by` is what the marks rest on. */
    update({ value, force, by = null, key = "enter", ...props }) {
      sendKey = key;
      rules = by;
      if (field.value !== value && (force || !composing)) field.value = value;
      set(field, props);
      paint(field.value, rules, field.placeholder);
    },
  };
  return view;
}

/** Whether a key sends, and where it goes on: `{then}`; null if it does not. */
function sendsBy({ key, shiftKey, altKey, ctrlKey, metaKey }, sendKey) {
  if (key !== "Enter") return null;
  const control = ctrlKey || metaKey;
  if (control && shiftKey && !altKey) return { then: "close" };
  if (shiftKey || altKey) return null;
  return control === (sendKey === "ctrl") ? { then: null } : null;
}
