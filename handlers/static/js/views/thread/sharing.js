/*
 * What all messages of a thread are shown with: the state, the session and the words, the same object as long as nothing
 * has changed that shows on messages. So one new message is one to be made, and the others are left alone.
 */

import { dayNumber } from "../../texts/texts.js";
import { whenChanged } from "../parts/dom.js";

const SLICES = [
  "retrying", "agents", "me", "files", "lookups", "recalling", "renoting", "rewritten", "abilities", "judging",
  "assistant", "auth",
];
const FACTS = ["sessionId", "customerName", "customerRemark", "customerId", "channelType", "via", "status", "manualCsId"];

export function sharing() {
  let latest = null;
  let given = null;
  const refresh = whenChanged(() => { given = latest; });
  return function share(state, session, w) {
    latest = { state, session, w };
    refresh(w, dayNumber(state.now), state.line.phase === "open", ...SLICES.map((name) => state[name]),
      ...FACTS.map((name) => session[name]));
    return given;
  };
}
