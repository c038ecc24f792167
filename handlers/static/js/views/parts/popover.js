/* A button that opens a small panel under it: Esc and a click elsewhere close it, and focus goes back to the button. */

import { h, set } from "./dom.js";

export function popover(className, face, { onOpen = () => {} } = {}) {
  const button = h("button", {
    type: "button", class: className, "aria-expanded": "false", on: { click: () => toggle(panel.hidden) },
  }, ...face);
  const panel = h("div", { class: "popover", role: "group", tabindex: -1, hidden: true, on: { keydown } });
  const element = h("div", { class: "menu" }, button, panel);

  document.addEventListener("pointerdown", (event) => {
    if (!panel.hidden && !element.contains(event.target)) toggle(false);
  });
  element.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget && !element.contains(relatedTarget)) toggle(false);
  });

  function toggle(open) {
    panel.hidden = !open;
    set(button, { "aria-expanded": String(open) });
    if (!open) return;
    onOpen();
    (panel.querySelector("button") ?? panel).focus();
  }

  function keydown(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    toggle(false);
    button.focus();
  }

  return { element, button, panel, close: () => toggle(false) };
}
