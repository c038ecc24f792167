/*
 * What was said, and the reader's place in it. It follows new messages only for who is at the end; anyone else stays
 * where she reads, whatever comes above or below, and finds her place again when she comes back to the session.
 */

import { each, h, set, whenChanged } from "../parts/dom.js";
import { firstSeq, lastSeq, outgoingOf, threadOf, timeline } from "../../state/threads.js";
import { dayNumber } from "../../texts/texts.js";
import { MAKE } from "./bubble.js";

const AT_BOTTOM = 24; // px from the end that still count as the end
const AT_DIVIDER = { key: "divider", offset: 40 }; // new messages begin just below the top
const NEAR_TOP = 200; // px from the start at which older messages are asked for

export function mount(element, actions) {
  const top = h("p", { class: "thread-start muted" });
  const items = h("ol", { class: "timeline" });
  const scroller = h("div", {
    class: "thread-scroller", tabindex: 0, role: "log", "aria-live": "off", on: { scroll: moved },
  }, top, items);
  const pill = h("button", { type: "button", class: "to-bottom", hidden: true, on: { click: toEnd } });
  element.append(scroller, pill);

  const places = new Map(); // session → "bottom", or {key, offset}: the first message in view
  let id = null;
  let views = new Map();
  let last = null; // key of the last item
  let seen = { id: null, seq: 0 }; // up to which she has seen all of this session
  let latest = null;
  let settled = -1; // where it stood when it was put there

  // A window that changes, or a picture that has come
  const sizes = new ResizeObserver(() => id && restore(places.get(id)));
  for (const node of [scroller, items]) sizes.observe(node);

  /** By her, or by us: then what has grown meanwhile, a picture that came, must not look as if she had gone up. */
  function moved() {
    if (Math.abs(scroller.scrollTop - settled) < 1) restore(places.get(id));
    else scrolled();
  }

  function scrolled() {
    if (!id || scroller.hidden) return;
    const left = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    places.set(id, left < AT_BOTTOM ? "bottom" : firstInView());
    actions.atBottom(left < AT_BOTTOM);
    if (latest) refreshPill();
    const thread = latest && threadOf(latest.state, id);
    if (thread && scroller.scrollTop < NEAR_TOP && firstSeq(thread) > 1) actions.older(id);
  }

  /** A message, since the first day line stays the first when older days come above it. */
  function firstInView() {
    const edge = scroller.getBoundingClientRect().top;
    for (const [key, view] of views) {
      if (!view.element.classList.contains("message")) continue;
      const box = view.element.getBoundingClientRect();
      if (box.bottom > edge) return { key, offset: box.top - edge };
    }
    return "bottom";
  }

  function restore(place) {
    const view = place && place !== "bottom" && views.get(place.key);
    if (!view) {
      toBottom();
      return;
    }
    const edge = scroller.getBoundingClientRect().top;
    scroller.scrollTop += view.element.getBoundingClientRect().top - edge - place.offset;
    settled = scroller.scrollTop;
  }

  function toEnd() {
    toBottom();
    scrolled();
  }

  function toBottom() {
    scroller.scrollTop = scroller.scrollHeight;
    settled = scroller.scrollTop;
  }

  const show = whenChanged((shown, session, thread, said, w, today, retrying, agents, me, lineOpen, files, lookups, recalling,
    abilities, judging, assistant) => {
    const { state } = latest;
    const list = timeline(thread, said, dayNumber);
    const fresh = id !== session.sessionId;
    if (fresh) each(items, [], () => "", null);
    id = session.sessionId;
    const ready = thread.phase === "ready";
    const place = (fresh || !places.has(id)) && thread.divider ? AT_DIVIDER : places.get(id) ?? "bottom";
    const mine = said.length > 0 && list.at(-1).key !== last && !fresh;
    views = each(items, list.map((item) => ({ item, state, session, w })), ({ item }) => item.key,
      ({ item }) => MAKE[item.type]({ actions, sessionId: session.sessionId }));
    last = list.at(-1)?.key ?? null;
    if (ready || said.length) {
      restore(mine ? "bottom" : place);
      scrolled();
    }
    const whole = ready && firstSeq(thread) <= 1;
    set(top, { text: whole ? w("start") : ready ? w("loading") : "" });
  });

  function refreshPill() {
    const { state, session, w } = latest;
    const thread = threadOf(state, session.sessionId);
    const atBottom = places.get(id) === "bottom";
    if (atBottom || (seen.id !== id && thread.phase === "ready")) seen = { id, seq: lastSeq(thread) };
    const n = thread.messages.filter(({ seq, senderType }) => seq > seen.seq && senderType === "customer").length;
    const text = n ? w("newMessages", { n }) : w("toBottom");
    set(pill, { hidden: atBottom || seen.id !== id, "data-new": n > 0, text });
  }

  return {
    /** Nothing is shown; a hidden element forgets how far it was scrolled. */
    hide() {
      id = null;
    },
    update(state, session, w) {
      latest = { state, session, w };
      const thread = threadOf(state, session.sessionId);
      const { retrying, agents, me, line, files, lookups, recalling, abilities, judging, assistant } = state;
      show(id, session, thread, outgoingOf(state, session.sessionId), w, dayNumber(state.now), retrying, agents, me,
        line.phase === "open", files, lookups, recalling, abilities, judging, assistant);
      set(scroller, { "aria-label": session.customerName || session.customerId });
      refreshPill();
    },
  };
}
