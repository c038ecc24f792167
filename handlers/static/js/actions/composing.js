/* What an agent can do where she writes: change between reply and note, take up another draft, send, and take it back. */

import { heldOf } from "../state/holding.js";
import { nextOfMine } from "../state/quick.js";
import { nextWaiting } from "../state/state.js";
import { failedOf } from "../state/threads.js";

const HOLD = 3000; // ms in which a reply can be taken back

/** `act(name, …)` calls an action of another file. */
export function createComposing(store, { open, act }) {
  const { dispatch } = store;
  const now = () => Date.now();

  const composing = {
    draft: (id, text) => dispatch({ type: "drafted", id, text, now: now() }),
    draftNote: (id, text) => dispatch({ type: "drafted", mode: "note", id, text, now: now() }),
    mode(id, mode) {
      dispatch({ type: "moded", id, mode });
      focusShown(store, mode);
    },
    // For keys that work anywhere
    noteMode: () => store.state.selected && composing.mode(store.state.selected, "note"),
    replyMode: () => store.state.selected && composing.mode(store.state.selected, "reply"),
    sendAndNext: () => document.getElementById("reply")?.dispatchEvent(new CustomEvent("send", { detail: "next" })),
    restoreOther: (mode, id) => dispatch({ type: "otherRestored", mode, id, now: now() }),
    dropOther: (mode, id) => dispatch({ type: "otherDropped", mode, id }),

    /** Files first, then words; `then` is `close` or `next`, where to go on. */
    send(id, text, then) {
      const { undo, after } = store.state.own.send ?? {};
      const until = undo ? now() + HOLD : undefined;
      act("sayFiles", id, until);
      if (text) act("say", id, text, until);
      if (until) setTimeout(() => dispatch({ type: "holdOver", id, now: now() }), HOLD);
      if (then === "close") act("close", id);
      const next = then === "next" || (!then && after === "next");
      const goal = next && (nextOfMine(store.state, id) ?? (then === "next" ? nextWaiting(store.state) : null));
      if (goal) open(goal.sessionId);
    },
    /** The AI's session becomes hers, and then the reply goes. */
    async sendTakingOver(id, text, then) {
      if (await act("takeOver", id)) composing.send(id, text, then);
    },
    sendNow: (id) => dispatch({ type: "holdOver", id }),
    /** What waits is not sent, and stands in the reply again. */
    undoSend(id) {
      if (!heldOf(store.state, id).length) return;
      dispatch({ type: "holdUndone", id, now: now() });
      act("keepOpen", id);
      open(id);
      document.getElementById("reply")?.focus();
    },
    leaveQueue(id, clientMsgId) {
      dispatch({ type: "queueLeft", id, clientMsgId, now: now() });
      document.getElementById("reply")?.focus();
    },
    /** All that did not arrive, one after the other, in the order it was said. */
    async retryFailed(id) {
      const { stored, unsaid } = failedOf(store.state, id);
      for (const { msgId } of stored) await act("retry", id, msgId);
      for (const { clientMsgId } of unsaid) act("sayAgain", id, clientMsgId);
    },
    /** `change` is of `{key, after, undo}`. */
    preferSending: (change) => act("keepOwn", "send", { ...store.state.own.send, ...change }),
    usedEmoji(emoji, most) {
      const before = store.state.own.emoji ?? [];
      if (before[0] !== emoji) act("keepOwn", "emoji", [emoji, ...before.filter((each) => each !== emoji)].slice(0, most));
    },
  };
  return composing;
}

/** Into a box that is shown first, since what is hidden takes no focus: the very next letter is meant for it. */
export function focusShown(store, mode) {
  store.showNow();
  document.getElementById(mode)?.focus();
}
