/* Who waits, and what my own customers said, in the tab's title and icon, so that it is seen from any other tab. */

import { lineState } from "../state/state.js";
import { tabCounts, unreadOfMine } from "../state/sessions.js";
import { whenChanged } from "../views/parts/dom.js";
import { words } from "../texts/texts.js";

const SIZE = 32;
const ACCENT = "#1f5eea";
const ALARM = "#d4291c";
const ASLEEP = "#8a919c"; // no line: the number may be old

export function createTitle() {
  const link = document.querySelector("link[rel=icon]");
  const show = whenChanged((waiting, unread, live, lang) => {
    document.title = wording(waiting, unread, words(lang));
    link.href = draw(waiting + unread, live);
  });
  return (state) => show(
    tabCounts(state).pending ?? 0, unreadOfMine(state), lineState(state) === "ok", state.prefs.lang,
  );
}

function wording(waiting, unread, w) {
  if (!waiting && !unread) return `CCS · ${w("product")}`;
  const what = waiting && unread ? w("titleBoth", { waiting, unread }) : w(waiting ? "tabs.pending" : "titleUnread");
  return `(${waiting + unread}) ${what} · CCS`;
}

function draw(count, live) {
  const canvas = document.createElement("canvas");
  canvas.width = SIZE;
  canvas.height = SIZE;
  const pen = canvas.getContext("2d");
  pen.fillStyle = !live ? ASLEEP : count ? ALARM : ACCENT;
  pen.beginPath();
  pen.arc(SIZE / 2, SIZE / 2, SIZE / 2, 0, 2 * Math.PI);
  pen.fill();
  pen.fillStyle = "#fff";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.font = `bold ${count > 9 ? 17 : 21}px system-ui, sans-serif`;
  pen.fillText(count > 99 ? "99" : count ? String(count) : "C", SIZE / 2, SIZE / 2 + 1.5);
  return canvas.toDataURL();
}
