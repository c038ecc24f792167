/*
 * A picture that comes when it can: over what stands in its place until it is there, and not at all where there is none.
 *
 * Few are fetched at a time. A browser has six lines to a server, and a picture must not keep a reply waiting.
 */

import { h, set } from "./dom.js";

const AT_ONCE = 2;
const AGAIN_AFTER = 120_000; // ms; by then the server may have found it

const waiting = [];
let fetched = 0;

export function picture(className) {
  const element = h("img", { class: className, alt: "", hidden: true });
  let address = null; // that is shown or on its way
  let failedAt = null;

  /** Off the page until it is whole, so that nothing flickers where it fails. */
  function fetchIt(wanted, done) {
    if (wanted !== address || !element.isConnected) {
      if (wanted === address) address = null; // not on the page any more: whoever shows it again asks again
      done();
      return;
    }
    const probe = new Image();
    probe.addEventListener("load", () => {
      if (wanted === address) set(element, { src: wanted, hidden: false });
      done();
    });
    probe.addEventListener("error", () => {
      if (wanted === address) {
        failedAt = performance.now();
        set(element, { hidden: true });
      }
      done();
    });
    probe.src = wanted;
  }

  return {
    element,
    update(wanted = null) {
      const again = failedAt !== null && performance.now() - failedAt > AGAIN_AFTER;
      if (wanted === address && !again) return;
      if (placeOf(wanted) !== placeOf(address)) set(element, { hidden: true, src: null }); // hers stays until then
      address = wanted;
      failedAt = null;
      if (wanted) queueUp((done) => fetchIt(wanted, done));
    },
  };
}

/** Whose it is: what stands behind tells one picture of hers from the next. */
const placeOf = (address) => address?.split("?")[0];

/** Later than what makes the page: only then is it on it. */
function queueUp(work) {
  waiting.push(work);
  setTimeout(next);
}

function next() {
  while (fetched < AT_ONCE && waiting.length) {
    fetched += 1;
    waiting.shift()(() => {
      fetched -= 1;
      setTimeout(next);
    });
  }
}
