/* A button that shows what lies below it, and hides it again. */

import { set } from "./dom.js";

let serial = 0; // of ids, so that a button can name what it shows

/** `{open(on)}`: as she left it, until it is told otherwise. */
export function disclosure(button, box) {
  serial += 1;
  set(box, { id: `shown-${serial}` });
  set(button, { "aria-controls": box.id });
  const open = (on) => {
    box.hidden = !on;
    set(button, { "aria-expanded": String(on) });
  };
  button.addEventListener("click", () => open(box.hidden));
  open(false);
  return { open };
}
