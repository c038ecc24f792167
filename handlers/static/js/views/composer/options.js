/* How she sends: which key, where it goes on, and whether it can be taken back. Kept for her wherever she is. */

import { set } from "../parts/dom.js";
import { menu } from "../parts/menu.js";

export function options(actions) {
  const choice = menu("quiet composer-options");
  const button = choice.element.querySelector("button");
  return {
    element: choice.element,
    update({ own }, w) {
      const { key = "enter", after = "stay", undo = false } = own.send ?? {};
      const item = (name, value, checked, change) => ({
        key: `${name}-${value}`, text: w(`sending.${name}.${value}`), checked, act: () => actions.preferSending(change),
      });
      choice.update({
        text: "", title: w("sending.title"),
        items: [
          { key: "key", heading: w("sending.keyTitle") },
          ...["enter", "ctrl"].map((each) => item("key", each, key === each, { key: each })),
          { key: "after", heading: w("sending.afterTitle") },
          ...["stay", "next"].map((each) => item("after", each, after === each, { after: each })),
          { key: "undo", heading: w("sending.undoTitle") },
          ...["on", "off"].map((each) => item("undo", each, undo === (each === "on"), { undo: each === "on" })),
        ],
      });
      set(button, { "aria-label": w("sending.title") });
    },
  };
}
