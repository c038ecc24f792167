/* What an agent can have the assistant do for her reply. It writes for her and never sends; what she gives up, it ends. */

import * as api from "../outside/api.js";
import { focusShown } from "./composing.js";
import { replyWith } from "../state/helps.js";
import { words } from "../texts/texts.js";

const PATIENCE = 310_000; // ms; longer than a model may take, and she can give it up at any time

export function createHelping(store, { onExpired }) {
  const { dispatch } = store;
  const running = new Map(); // session → what ends the request
  let serial = 0;

  const w = (...args) => words(store.state.prefs.lang)(...args);

  /** What the server answers; null if nobody wants it any more. It says itself what went wrong. */
  async function ask(id, what, verb, body) {
    helping.dropHelp(id);
    serial += 1;
    const key = serial;
    const stop = new AbortController();
    running.set(id, stop);
    dispatch({ type: "helpAsked", id, key, what });
    const csId = store.state.me.csId;
    const answer = await api.post(api.ofSession(id, verb), { ...body, csId }, { stop, patience: PATIENCE });
    if (running.get(id) !== stop) return null;
    running.delete(id);
    if (answer.ok) return { key, data: answer.data };
    if (answer.status === 401) onExpired();
    dispatch({ type: "helpFailed", id, key, error: answer.message || w("helpLost") });
    return null;
  }

  const helping = {
    async suggest(id) {
      const told = await ask(id, "suggest", "suggestions", {});
      if (told) dispatch({ type: "helpTold", id, key: told.key, drafts: told.data.suggestions });
    },
    async summarize(id) {
      const told = await ask(id, "summary", "summary", {});
      if (told) dispatch({ type: "helpTold", id, key: told.key, drafts: [told.data] });
    },
    /** It takes the place of what it was made of; if she has written on meanwhile, it is hers to put there. */
    async polish(id, manner) {
      const { [id]: before = "" } = store.state.drafts;
      const told = await ask(id, "polish", "polish", { text: before, manner });
      if (!told) return;
      const { key, data } = told;
      if (store.state.drafts[id] !== before) {
        dispatch({ type: "helpTold", id, key, drafts: [data] });
        return;
      }
      dispatch({ type: "helpUsed", id, text: data.text, before, doubts: data.doubts });
      dispatch({ type: "helpGone", id });
    },
    /** Into the reply; she sends it herself. */
    useDraft(id, text, doubts = []) {
      dispatch({ type: "helpUsed", id, doubts, ...replyWith(store.state, id, text) });
      dispatch({ type: "moded", id, mode: "reply" });
      focusShown(store, "reply");
    },
    undoHelp: (id) => dispatch({ type: "helpUndone", id }),
    /** Ends what is asked, and puts away what was told. */
    dropHelp(id) {
      const stop = running.get(id);
      running.delete(id);
      stop?.abort();
      dispatch({ type: "helpGone", id });
    },
  };
  return helping;
}
