/* What the assistant is told by agents: what they think of its answers, and what it should know. */

import * as api from "../outside/api.js";
import { words } from "../texts/texts.js";

const EXPORT = "/api/assistant/feedback";

export function createLearning(store, { toast, explain, onExpired }) {
  const { dispatch } = store;
  const w = (...args) => words(store.state.prefs.lang)(...args);

  let judged = Promise.resolve(); // all that was given so far has been answered

  async function send(id, msgId, given) {
    const asked = store.state.serial;
    const path = api.ofSession(id, "messages", encodeURIComponent(msgId), "feedback");
    const answer = await api.post(path, { ...given, csId: store.state.me.csId });
    if (answer.ok) dispatch({ type: "stored", message: answer.data, asked });
    if (store.state.judging[msgId] === given) dispatch({ type: "judging", msgId, given: null });
    if (!answer.ok) explain(id, answer);
  }

  return {
    /** `verdict` is `good`, `bad` or `none`. They go in the order in which they are given. */
    judge(id, msgId, verdict, note = "") {
      const given = { verdict, note };
      dispatch({ type: "judging", msgId, given });
      judged = judged.then(() => send(id, msgId, given));
    },

    askTeach: (answer) => dispatch({ type: "teaching", answer }),
    /** Why it was not added, in words; nothing once it was. */
    async teach(entry) {
      const answer = await api.post("/api/knowledge", entry);
      if (answer.ok) {
        dispatch({ type: "teaching", answer: null });
        toast(w("taught", answer.data));
        return "";
      }
      if (answer.status === 401) onExpired();
      return answer.message || w("noAnswer");
    },

    /** The browser brings the file. */
    exportFeedback() {
      const link = document.createElement("a");
      link.href = EXPORT;
      link.download = "";
      link.click();
    },
  };
}
