/* What stands above the first message: that more is coming, that it could not be had, or the session before this one. */

import { h, set } from "../parts/dom.js";
import { isWhole, nextEarlier } from "../../state/earlier.js";

export function beginning(actions, current) {
  const text = h("span");
  const button = h("button", { type: "button", class: "quiet", hidden: true, on: { click: () => act() } });
  const element = h("div", { class: "thread-start muted" }, text, button);
  let act = () => {};

  function offer(words, does) {
    set(button, { text: words ?? "", hidden: !words });
    act = does ?? act;
  }

  return {
    element,
    /** `oldest` is the first link of the chain. */
    update({ id, thread, session }, earlier, w, now) {
      const lost = earlier.phase === "failed" && (earlier.error.status === 0 || earlier.error.status >= 500);
      if (!isWhole(thread)) {
        const failed = id !== current() && thread.failed;
        set(text, { text: failed ? w("loadFailed") : thread.phase === "ready" || id !== current() ? w("loading") : "" });
        offer(failed ? w("retry") : null, () => actions.retryHistory(id));
        return;
      }
      const next = nextEarlier(earlier);
      const waits = !next && ["wanted", "loading", "more"].includes(earlier.phase) && earlier.shown > 0;
      set(text, { text: waits ? w("loading") : lost ? w("loadFailed") : earlier.shown ? w("noEarlier") : w("start") });
      text.hidden = Boolean(next);
      if (next) offer(w("showEarlier", { date: w.date(Date.parse(next.createdAt), now) }), () => actions.unfold(current()));
      else offer(lost ? w("retry") : null, () => actions.retryEarlier(current()));
      set(button, { title: next ? w("startedAt", { time: w.full(Date.parse(session.createdAt)) }) : null });
    },
  };
}
