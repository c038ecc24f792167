/* The message she was brought to stands out: for a moment, and while she finds in the session until she is at the next. */

import { set } from "../parts/dom.js";

const LASTS = 2000; // ms

/** `finds()` tells whether she steps from hit to hit: she looks at one for as long as she likes. */
export function standingOut(finds) {
  let element = null;
  let timer = null;

  function mark() {
    const kept = finds();
    set(element, { "data-found": kept ? "kept" : "briefly" });
    timer = setTimeout(kept ? last : unmark, LASTS);
  }

  const last = () => (finds() ? mark() : unmark());
  const unmark = () => set(element, { "data-found": null });

  return (next) => {
    clearTimeout(timer);
    if (element) unmark();
    element = next;
    void element.offsetWidth; // or what stood out already would go on fading
    mark();
  };
}
