/* Finding in the open session: a bar above what was said. The newest hit comes first; up leads to older ones. */

import { words } from "../../texts/texts.js";
import { h, set, whenChanged } from "../parts/dom.js";
import { icon } from "../parts/icons.js";

const KEY_OF_INPUT_METHOD = 229;

export function findBar(actions) {
  const input = h("input", {
    type: "search", autocomplete: "off", spellcheck: "false", maxlength: 200,
    on: { input: () => actions.findText(input.value), keydown: pressed },
  });
  const place = h("span", { class: "find-place muted", role: "status" });
  const button = (name, act) => h("button", { type: "button", class: "icon-button", on: { click: act } }, icon(name));
  const older = button("earlier", () => actions.findStep(-1));
  const newer = button("down", () => actions.findStep(1));
  const close = button("close", closed);
  const element = h("div", { class: "find-bar", role: "search", hidden: true, on: { keydown: leave } },
    h("label", { class: "search-field" }, icon("search"), input), place, older, newer, close);
  let focused = 0;
  let before = null;

  function pressed(event) {
    if (event.isComposing || event.keyCode === KEY_OF_INPUT_METHOD || event.altKey) return;
    const step = { Enter: event.shiftKey ? 1 : -1, ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    actions.findStep(step);
  }

  function leave(event) {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    closed();
  }

  function closed() {
    actions.closeFind();
    if (before?.isConnected) before.focus({ preventScroll: true });
  }

  const show = whenChanged((finding, lang) => {
    element.hidden = !finding;
    if (!finding) {
      focused = 0;
      return;
    }
    const w = words(lang);
    set(element, { "aria-label": w("finding.title") });
    set(input, { value: finding.text, placeholder: w("finding.prompt"), "aria-label": w("finding.title") });
    set(place, { text: placeOf(finding, w), "data-none": finding.phase === "ready" && !finding.hits.length });
    set(place, { title: finding.error });
    for (const [node, name] of [[older, "older"], [newer, "newer"], [close, "close"]]) {
      set(node, { "aria-label": w(`finding.${name}`), title: w(`finding.${name}`) });
    }
    for (const node of [older, newer]) node.disabled = finding.hits.length < 2;
    if (finding.focus !== focused) {
      if (!focused) before = document.activeElement;
      focused = finding.focus;
      input.focus();
      input.select();
    }
  });

  return { element, update: (state, shown) => show(shown && state.finding?.id === state.selected ? state.finding : null, state.prefs.lang) };
}

/** Counted from the newest. */
function placeOf({ phase, hits, at, more }, w) {
  if (phase === "loading" && !hits.length) return w("loading");
  if (phase === "failed") return w("finding.failed");
  if (phase === "idle") return "";
  if (!hits.length) return w("finding.none");
  return w("finding.place", { at: hits.length - at, n: `${hits.length}${more ? "+" : ""}` });
}
