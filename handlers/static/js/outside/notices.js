/* News (`state.news`) in words, each once, where it is about who holds a session; what sounds is in `ringing.js`. */

import { agentName, customerName } from "../state/state.js";
import { words } from "../texts/texts.js";

export function createNotices(store, { toast }) {
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
    if (!session) return;
    const name = customerName(session);
    if (kind === "received") toast(w("received", { name }));
    if (kind === "lost") toast(w("lostTo", { name, by: agentName(state, session.manualCsId) }), "warn");
  }
}
