/*
 * Going through messages and notes by keyboard: Tab comes to one of them, arrows go on from there, Enter or the menu key opens
 * what can be done with it. Where nobody was yet, Tab comes to the last.
 */

import { set } from "../parts/dom.js";

const STEPS = { ArrowUp: -1, ArrowDown: 1 };

const STOPS = ".message, .internal-note";

function lastOf(items) {
  let node = items.lastElementChild;
  while (node && !node.matches(STOPS)) node = node.previousElementSibling;
  return node;
}

export function walking(items, open) {
  let stop = null;

  const all = () => [...items.children].filter((node) => node.matches(STOPS));

  function stopAt(node) {
    if (stop === node) return;
    if (stop) set(stop, { tabindex: -1 });
    stop = node;
    if (stop) set(stop, { tabindex: 0 });
  }

  /** Who searches stays in the field, and goes on from there. */
  function goTo(node) {
    stopAt(node);
    if (!document.activeElement?.closest("[role='search']")) node.focus({ preventScroll: true });
  }

  function keydown(event) {
    const { target, key, shiftKey, altKey, ctrlKey, metaKey } = event;
    if (!target.matches(STOPS) || altKey || ctrlKey || metaKey) return;
    const nodes = all();
    const next = nodes[nodes.indexOf(target) + (STEPS[key] ?? NaN)];
    if (next) {
      stopAt(next);
      next.focus();
    } else if (key === "Enter" || key === "ContextMenu" || (key === "F10" && shiftKey)) {
      open(target);
    } else if (!STEPS[key]) {
      return;
    }
    event.preventDefault();
  }

  return {
    keydown, goTo,
    update() {
      if (!stop?.isConnected || !stop.matches(":focus-within")) stopAt(lastOf(items));
    },
  };
}
