/*
 * A menu that opens beside whatever it is about: arrows move, Esc, Tab and a click elsewhere close, and focus goes back to
 * where it was. Items are `{key, text, act}`, with `hint` for a word more.
 */

import { each, h, set } from "./dom.js";
import { icon } from "./icons.js";
import { roving } from "./roving.js";

const EDGE = 8; // px kept free around it

export function popup(around, { closed = () => {} } = {}) {
  const choices = () => [...element.querySelectorAll("button")];
  const keydown = roving(choices, { leave: () => close(true), leaves: ["Escape", "Tab"] });
  const element = h("div", { class: "menu-popup floating", role: "menu", hidden: true, on: { keydown } });
  let origin = null;
  let back = null;

  document.addEventListener("pointerdown", ({ target }) => {
    if (!element.hidden && !element.contains(target) && !origin?.contains(target)) close();
  });

  /** Beside `node`; focus goes back to `after`. */
  function open(node, items, label, after = node) {
    [origin, back] = [node, after];
    each(element, items, ({ key }) => key, make);
    set(element, { "aria-label": label });
    element.hidden = false;
    place(node);
    choices()[0]?.focus();
  }

  /** Below it where there is room, otherwise above; within what it lies in. */
  function place(node) {
    const [box, frame] = [node.getBoundingClientRect(), around.getBoundingClientRect()];
    const { offsetWidth: width, offsetHeight: height } = element;
    const below = box.bottom - frame.top + 4;
    const fits = below + height + EDGE <= frame.height;
    const top = fits ? below : Math.max(EDGE, Math.min(box.top - frame.top - height - 4, frame.height - height - EDGE));
    const left = Math.max(EDGE, Math.min(box.left - frame.left, frame.width - width - EDGE));
    Object.assign(element.style, { top: `${top}px`, left: `${left}px` });
  }

  function close(goBack = false) {
    if (element.hidden) return;
    element.hidden = true;
    if (goBack) back?.focus({ preventScroll: true });
    closed();
  }

  function make({ sign }) {
    let act;
    const text = h("span");
    const hint = h("span", { class: "muted" });
    const chosen = () => {
      close(true);
      act();
    };
    const element = h("button", { type: "button", role: "menuitem", tabindex: -1, on: { click: chosen } },
      sign ? icon(sign) : null, text, hint);
    return {
      element,
      update(item) {
        act = item.act;
        set(text, { text: item.text });
        set(hint, { text: item.hint ?? "", hidden: !item.hint });
        set(element, { class: item.danger ? "danger" : null });
      },
    };
  }

  return { element, open, close, isOpen: () => !element.hidden };
}
