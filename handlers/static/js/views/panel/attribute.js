/* One thing that is kept of a customer by name: pressed, it is written anew where it stands. */

import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { LONGEST_VALUE } from "../../state/attributes.js";

/** Whether it is this key, which then goes no further; not while an input method composes. */
export function isKeyOf(event, key) {
  if (event.isComposing || event.keyCode === 229 || event.key !== key) return false;
  event.preventDefault();
  event.stopPropagation();
  return true;
}

/** Its item is `{attribute: {name, value}, w, keep(change)}`. */
export function attributeLine() {
  const name = h("dt");
  const value = h("button", { type: "button", class: "attribute-value content", on: { click: () => ask(true) } });
  const input = h("input", { hidden: true, autocomplete: "off", maxlength: LONGEST_VALUE, on: { keydown, blur } });
  const remove = h("button", {
    type: "button", class: "tag-remove", on: { click: () => latest.keep({ name: latest.attribute.name, value: "" }) },
  }, icon("close"));
  let latest = null;

  function ask(on) {
    const hadFocus = document.activeElement === input;
    input.hidden = !on;
    value.hidden = on;
    if (on) {
      input.value = latest.attribute.value;
      input.focus();
      input.select();
    } else if (hadFocus) {
      value.focus();
    }
  }

  function save() {
    const { attribute, keep } = latest;
    const written = input.value.trim();
    ask(false);
    if (written && written !== attribute.value) keep({ name: attribute.name, value: written });
  }

  function keydown(event) {
    if (isKeyOf(event, "Escape")) ask(false);
    else if (isKeyOf(event, "Enter")) save();
  }

  /** What was written stays written when she goes on elsewhere. */
  function blur() {
    if (!input.hidden) save();
  }

  return {
    element: h("div", { class: "attribute" }, name, h("dd", {}, value, input, remove)),
    update(item) {
      latest = item;
      const { attribute, w } = item;
      const change = w("attributeChange", { name: attribute.name });
      set(name, { text: attribute.name, title: attribute.name });
      set(value, { text: attribute.value, title: change, "aria-label": `${change} ${attribute.value}` });
      set(input, { "aria-label": w("attributeOf", { name: attribute.name }) });
      const label = w("attributeRemove", { name: attribute.name });
      set(remove, { "aria-label": label, title: label });
    },
  };
}
