/* A text with marks in it, as nodes. */

import { h } from "../parts/dom.js";

/** `marks` are `{start, end, kind}` in order; of two that overlap the first is painted. */
export function inParts(text, marks) {
  const nodes = [];
  let at = 0;
  for (const { start, end, kind } of marks) {
    if (start < at || end > text.length) continue;
    nodes.push(text.slice(at, start), h("mark", { "data-kind": kind, text: text.slice(start, end) }));
    at = end;
  }
  return [...nodes, text.slice(at)];
}
