/* A button that opens a menu: arrows move, Esc and a click elsewhere close, and focus goes back to the button. */

import { each, h, set } from "./dom.js";
import { icon } from "./icons.js";
import { roving } from "./roving.js";

/**
 * Items are `{key, text, act}`, with `checked` for one of several, and `many` besides where several may be: then the menu
 * stays open; or `{key, heading}`. They may be given as a function, which is asked while the menu is open.
 */
export function menu(className) {
  const label = h("span");
  const button = h("button", {
    type: "button", class: `menu-button ${className}`, "aria-haspopup": "menu",
    on: { click: () => toggle(popup.hidden) },
  }, label, icon("down"));
  const choices = () => [...popup.querySelectorAll("button")];
  const keydown = roving(choices, { leave: back });
  const popup = h("div", { class: "menu-popup", role: "menu", hidden: true, on: { keydown } });
  const element = h("div", { class: "menu" }, button, popup);

  document.addEventListener("pointerdown", (event) => {
    if (!popup.hidden && !element.contains(event.target)) toggle(false);
  });
  element.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget && !element.contains(relatedTarget)) toggle(false);
  });
  let itemsOf = () => [];
  toggle(false);

  function toggle(open) {
    popup.hidden = !open;
    show();
    set(button, { "aria-expanded": String(open) });
    if (open) choices()[0]?.focus();
  }

  function show() {
    if (!popup.hidden) each(popup, itemsOf(), (item) => item.key, make);
  }

  /** Closed, and to where it was opened. */
  function back() {
    toggle(false);
    button.focus();
  }

  function make({ heading }) {
    if (heading) {
      const element = h("div", { class: "menu-heading", role: "presentation" });
      return { element, update: ({ heading }) => set(element, { text: heading }) };
    }
    let act;
    let many;
    const text = h("span");
    const element = h("button", {
      type: "button", tabindex: -1,
      on: {
        click: () => {
          if (!many) back();
          act();
        },
      },
    }, text, icon("check"));
    return {
      element,
      update(item) {
        ({ act, many = false } = item);
        set(text, { text: item.text });
        set(element, item.checked === undefined ? { role: "menuitem" }
          : { role: many ? "menuitemcheckbox" : "menuitemradio", "aria-checked": String(item.checked) });
      },
    };
  }

  return {
    element,
    update({ text, hidden = false, disabled = false, title = null, items }) {
      element.hidden = hidden;
      set(button, { disabled, title });
      set(label, { text });
      itemsOf = typeof items === "function" ? items : () => items;
      show();
    },
  };
}
