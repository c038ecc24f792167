/*
 * What a message that is neither text nor a file says: its kind, its words, and for a link the way there. The server puts
 * the words into `content`, so nothing is ever blank; `fields` is what the platform said, and is read with caution.
 */

import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";

const KIND = /^\[[^\]]*\]\s*/; // in front of a content that is not text: [图片], [商品] 加绒卫衣; the chip says it
const HOST_SHOWN = 60; // characters

export function card() {
  const kind = h("span", { class: "type-chip" });
  const title = h("span", { class: "content" });
  const more = h("span", { class: "card-more muted" });
  const host = h("span", { class: "link-host" });
  const link = h("a", { class: "link", target: "_blank", rel: "noopener noreferrer" }, icon("link"), h("span"), host);
  const element = h("div", { class: "card" }, kind, title, more, link);
  return {
    element,
    update(told, { w, session }) {
      const known = w.knows(`types.${told.msgType}`);
      const { text, line, url } = readCard(told);
      set(element, { "data-kind": known ? told.msgType : null });
      set(kind, { text: known ? w(`types.${told.msgType}`) : w("otherType", { type: told.msgType }) });
      set(title, { text, hidden: !text });
      const rest = line || (known || text ? "" : w("seeOn", { client: w(`clients.${session.channelType}`) }));
      set(more, { text: rest, hidden: !rest });
      set(link, { hidden: !url, href: url?.href ?? null });
      set(link.children[1], { text: w("openLink") });
      set(host, { text: url ? url.host.slice(0, HOST_SHOWN) : "" });
    },
  };
}

/** What was said beside what it is. */
export const wordsIn = (content) => content.replace(KIND, "");

/** The words of a card, a line more, and where it leads. */
export function readCard({ msgType, content, fields = {} }) {
  const text = wordsIn(content);
  if (msgType === "location") return { text, line: coordinates(fields), url: null };
  if (msgType !== "link") return { text, line: "", url: null };
  const url = webAddress(fields.url) ?? webAddress(fields.Url);
  const title = textOf(fields.title) || textOf(fields.Title) || text;
  return { text: title, line: textOf(fields.desc) || textOf(fields.Description), url };
}

/** Only the web's own addresses: anything else a link may hold could run, or reach into this machine. */
export function webAddress(text) {
  try {
    const url = new URL(textOf(text));
    return url.protocol === "http:" || url.protocol === "https:" ? url : null;
  } catch {
    return null;
  }
}

function coordinates({ latitude, longitude, Location_X: x, Location_Y: y }) {
  const [north, east] = [Number(latitude ?? x), Number(longitude ?? y)];
  const known = (latitude ?? x) !== undefined && Number.isFinite(north) && Number.isFinite(east);
  return known ? `${north.toFixed(5)}, ${east.toFixed(5)}` : "";
}

const textOf = (value) => (typeof value === "string" ? value : "");
