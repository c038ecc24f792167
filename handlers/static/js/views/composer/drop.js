/* Files dragged over the thread may be dropped anywhere in it; while they hang above, it says so, or why not here. */

import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";

export function dropZone(element, drop) {
  const words = h("span");
  const veil = h("div", { class: "drop-veil", hidden: true }, icon("attach"), words);
  element.append(veil);
  let shown = false; // a session is
  let open = false; // and takes them now
  let depth = 0; // of the elements the pointer has entered and not left

  const carriesFiles = ({ dataTransfer }) => [...(dataTransfer?.types ?? [])].includes("Files");
  const show = (on) => {
    if (!on) depth = 0;
    veil.hidden = !on;
  };
  element.addEventListener("dragenter", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth += 1;
    show(shown);
  });
  element.addEventListener("dragleave", (event) => {
    depth -= carriesFiles(event) ? 1 : 0;
    if (depth <= 0) show(false);
  });
  element.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = open ? "copy" : "none";
  });
  element.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    show(false);
    if (open) drop([...event.dataTransfer.files]);
  });
  // Dropped beside it, a file would be opened in the page's place
  for (const name of ["dragover", "drop"]) {
    addEventListener(name, (event) => carriesFiles(event) && event.preventDefault());
  }

  return {
    /** `why` is what stands against it, in words; null if nothing does. */
    update(why, w) {
      [shown, open] = [true, why === null];
      set(veil, { "data-open": open });
      set(words, { text: why ?? w("dropHere") });
    },
    hide() {
      [shown, open] = [false, false];
      show(false);
    },
  };
}
