/*
 * Who waits, and what my own customers said, in the tab's title and icon, so that it is seen from any other tab. A
 * reply that did not arrive puts ⚠ before it, a customer over a limit a dot into the icon's corner.
 */

import { overdue } from "../state/alarms.js";
import { unseenOnTheBell } from "../state/bell.js";
import { isMine } from "../state/rights.js";
import { tabCounts, unreadOfMine } from "../state/sessions.js";
import { lineState } from "../state/state.js";
import { failures } from "../state/threads.js";
import { whenChanged } from "../views/parts/dom.js";
import { calmly } from "./afterwards.js";
import { words } from "../texts/texts.js";

const SIZE = 32;
const PAUSE = 500; // ms between two titles: the browser shows them elsewhere, which costs it more than the page
const MANY = 100; // from which on the icon does not tell how many; to draw it is a quarter of what an event costs the page
const ACCENT = "#1f5eea";
const ALARM = "#d4291c";
const AMBER = "#e08a00";
const ASLEEP = "#8a919c"; // no line: the number may be old

export function createTitle() {
  const link = document.querySelector("link[rel=icon]");
  const show = whenChanged(calmly(PAUSE, (waiting, unread, told, failed, level, live, lang) => {
    document.title = `${failed ? "⚠ " : ""}${wording(waiting, unread, told, words(lang))}`;
    icon(Math.min(waiting + unread + told, MANY), live, level);
  }));
  const icon = whenChanged((count, live, level) => { link.href = draw(count, live, level); });
  const failedNow = whenNew((sessions, threads, outgoing, me) => Object.keys({ ...threads, ...outgoing }).some(
    (id) => me && sessions[id] && isMine(sessions[id], me) && failures({ threads, outgoing }, id) > 0,
  ));
  return (state) => {
    const late = overdue(state);
    show(
      tabCounts(state).pending ?? 0, unreadOfMine(state), unseenOnTheBell(state).length,
      failedNow(state.sessions, state.threads, state.outgoing, state.me), late ? (late.red ? "red" : "amber") : null,
      lineState(state) === "ok", state.prefs.lang,
    );
  };
}

/** What `make` gave of these same things the last time. */
function whenNew(make) {
  let made;
  const remake = whenChanged((...things) => { made = make(...things); });
  return (...things) => {
    remake(...things);
    return made;
  };
}

function wording(waiting, unread, told, w) {
  if (told && !waiting && !unread) return `(${told}) ${w("titleTold")} · CCS`;
  if (!waiting && !unread) return `CCS · ${w("product")}`;
  const what = waiting && unread ? w("titleBoth", { waiting, unread }) : w(waiting ? "tabs.pending" : "titleUnread");
  return `(${waiting + unread + told}) ${what} · CCS`;
}

function draw(count, live, level) {
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
  pen.fillText(count === MANY ? "99" : count ? String(count) : "C", SIZE / 2, SIZE / 2 + 1.5);
  if (level) dot(pen, level);
  return canvas.toDataURL();
}

function dot(pen, level) {
  pen.fillStyle = "#fff";
  pen.beginPath();
  pen.arc(SIZE - 7, 7, 7, 0, 2 * Math.PI);
  pen.fill();
  pen.fillStyle = level === "red" ? ALARM : AMBER;
  pen.beginPath();
  pen.arc(SIZE - 7, 7, 5.5, 0, 2 * Math.PI);
  pen.fill();
}
