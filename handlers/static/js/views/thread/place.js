/* A place that a customer sent: what it is called, where it lies, and the way to a map, which only a click asks for. */

import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { copyButton } from "../parts/copying.js";
import { readCard } from "./card.js";

const MAP = "https://uri.amap.com/marker";

export function place({ actions }) {
  const name = h("span", { class: "content place-name" });
  const address = h("span", { class: "content muted" });
  const line = h("span", { class: "muted place-line" });
  const copy = copyButton(actions);
  const map = h("a", { class: "link", target: "_blank", rel: "noopener noreferrer" }, icon("link"), h("span"),
    h("span", { class: "link-host" }));
  const element = h("div", { class: "place" }, h("span", { class: "place-sign" }, icon("pin")),
    h("div", { class: "place-text" }, name, address, h("div", { class: "goods-row" }, line, copy.element), map));
  return {
    element,
    update(told, { w }) {
      const { text, line: where } = readCard(told);
      const { title, more } = named(told.fields ?? {}, text);
      set(name, { text: title || w("types.location") });
      set(address, { text: more, hidden: !more });
      set(line, { text: where, hidden: !where });
      const copied = [title, more].filter(Boolean).join(" ") || where;
      copy.element.hidden = !copied;
      copy.update(copied, w("copyPlace"), w);
      const [north, east] = where.split(", ");
      const spot = new URLSearchParams({ position: `${east},${north}`, name: title });
      set(map, { hidden: !where, href: where ? `${MAP}?${spot}` : null });
      set(map.children[1], { text: w("openMap") });
      set(map.children[2], { text: new URL(MAP).host });
    },
  };
}

/** Platforms tell a name and an address, or one text for both. */
function named({ name, title, address, Label: label }, text) {
  const told = [name, title, label, text].find((each) => typeof each === "string" && each.trim());
  const more = typeof address === "string" && address !== told ? address : "";
  return { title: told ?? "", more };
}
