/*
 * Customers of hers who wait too long, all in one card, and the way to who waits longest. It can be put away until one
 * more waits.
 */

import { overdue } from "../../state/alarms.js";
import { customerName, serverNow } from "../../state/state.js";
import { stopwatch, words } from "../../texts/texts.js";
import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";

export function mount(element, actions) {
  const title = h("strong");
  const about = h("span", { class: "muted" });
  const go = h("button", { type: "button", class: "primary", on: { click: () => id && actions.open(id) } });
  const close = h("button", { type: "button", class: "icon-button", on: { click: putAway } }, icon("close"));
  element.append(h("div", { class: "overdue-head" }, icon("warn"), title, close), about, go);
  let id = null;
  let away = 0; // how many there were when she put it away
  let count = 0;

  const foot = document.querySelector("#thread .composer");
  const stand = () => element.style.setProperty("--foot", `${foot.offsetHeight}px`);
  if (foot) new ResizeObserver(stand).observe(foot);

  function putAway() {
    away = count;
    element.hidden = true;
  }

  return {
    update(state) {
      const late = overdue(state);
      count = late ? late.red + late.amber : 0;
      away = Math.min(away, count);
      element.hidden = !late || count <= away || state.auth.phase !== "in";
      if (element.hidden) return;
      const w = words(state.prefs.lang);
      id = late.oldest.sessionId;
      set(element, { "data-level": late.red ? "red" : "amber", "aria-label": w("overdueTitle") });
      set(title, { text: late.red ? w("overdueRed", { n: late.red }) : w("overdueAmber", { n: late.amber }) });
      const time = stopwatch(serverNow(state) - late.oldest.waiting);
      set(about, { text: w("overdueOldest", { name: customerName(late.oldest), time }) });
      set(go, { text: w("overdueGo") });
      set(close, { "aria-label": w("dismiss") });
    },
  };
}
