/*
 * What an agent is told of wherever she looks: each piece of news (`state.news`) once, by tone and toast.
 */

import { agentName, customerName } from "../state/state.js";
import { words } from "../texts/texts.js";

const TONES = { waiting: "ring", received: "ring", said: "ding" };

export function createNotices(store, { sound, toast }) {
  let told = 0; // up to this serial

  return function keep({ news, serial }) {
    if (serial < told) told = 0; // somebody else sits here now
    const fresh = news.filter((each) => each.serial > told);
    told = serial;
    for (const each of fresh) notify(each, store.state);
  };

  function notify({ kind, id }, state) {
    const w = words(state.prefs.lang);
    const session = state.sessions[id];
    if (TONES[kind] && state.prefs.sound) sound.play(TONES[kind]);
    if (!session) return;
    const name = customerName(session);
    if (kind === "received") toast(w("received", { name }));
    if (kind === "lost") toast(w("lostTo", { name, by: agentName(state, session.manualCsId) }), "warn");
  }
}
