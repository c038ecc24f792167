/*
 * Brings what `alarms.js` decides to her ears and her desktop: at each change and each second. In a hidden tab timers
 * sleep, so while something may ring again a worker beats for it.
 */

import { FRESH, decide, notifyOf } from "../state/alarms.js";
import { customerName } from "../state/state.js";
import { words } from "../texts/texts.js";

export function createRinging(store, { sound, leader, desktop }) {
  let memory = FRESH;
  let pulse = null;
  document.addEventListener("visibilitychange", beat);

  return function keep(state) {
    if (!state.me || !state.counts) return;
    const { memory: next, tone, notices } = decide(state, memory);
    memory = next;
    if (tone) sing(tone, notifyOf(state.own));
    for (const notice of notices) desktop.show(worded(notice, state));
  };

  async function sing(tone, how) {
    if (await leader.leads()) sound.play(tone, how);
  }

  function beat() {
    if (!document.hidden) {
      pulse?.terminate();
      pulse = null;
    } else if (!pulse) {
      pulse = new Worker(new URL("./pulse.js", import.meta.url));
      pulse.onmessage = () => store.dispatch({ type: "ticked", now: Date.now() });
    }
  }
}

/** What a notice says; without the customer's words where others may look at her screen. */
function worded({ event, id, ids }, state) {
  const w = words(state.prefs.lang);
  if (ids) {
    const about = { event, id: ids[0] };
    return { tag: "ccs.late", about, title: w(`alarms.${event}`, { n: ids.length }), body: "" };
  }
  const session = state.sessions[id];
  const name = session ? customerName(session) : "";
  const news = state.news.findLast((each) => each.id === id && each.kind === event);
  const discreet = notifyOf(state.own).discreet;
  const said = event === "mentioned" ? news?.text : session?.lastMessage;
  return {
    tag: `ccs.${id}`, about: { event, id },
    buttons: event === "waiting" ? [{ action: "accept", title: w("accept") }] : [],
    title: w(`alarms.${event}`, { name: discreet ? w("alarms.somebody") : name }),
    body: discreet ? "" : said ?? "",
  };
}
