/*
 * What was said, and the reader's place in it. It follows new messages only for who is at the end; anyone else stays
 * where she reads, whatever comes above or below, and finds her place again when she comes back to the session.
 *
 * Only a window of a long history is made, see `state/timeline.js`; it moves as she scrolls.
 */

import { each, h, set, whenChanged } from "../parts/dom.js";
import { chainOf, earlierOf } from "../../state/earlier.js";
import { keyOfNote, notesOf, notingOf, wantsNotes } from "../../state/notes.js";
import { customerName } from "../../state/state.js";
import { firstSeq, lastSeq, outgoingOf, placeOf } from "../../state/threads.js";
import { FOLLOWING, boundsOf, grownDown, grownUp, settled, timeline, totalOf, windowAround } from "../../state/timeline.js";
import { dayNumber } from "../../texts/texts.js";
import { beginning } from "./beginning.js";
import { MAKE } from "./bubble.js";
import { messageMenu } from "./menu.js";
import { sharing } from "./sharing.js";
import { standingOut } from "./standing.js";
import { walking } from "./walking.js";

const AT_BOTTOM = 24; // px from the end that still count as the end
const AT_DIVIDER = { key: "divider", offset: 40 }; // new messages begin just below the top
const NEAR = 400; // px from an end of what is made at which more is
const GOING_UP = ["ArrowUp", "PageUp", "Home"];

export function mount(element, actions) {
  const start = beginning(actions, () => id);
  const items = h("ol", { class: "timeline" });
  const scroller = h("div", {
    class: "thread-scroller", tabindex: 0, role: "log", "aria-live": "off", on: { scroll: moved, wheel, keydown },
  }, start.element, items);
  const pill = h("button", { type: "button", class: "to-bottom", hidden: true, on: { click: toEnd } });
  const menu = messageMenu({ items, around: element, actions, factsOf });
  element.append(scroller, pill, menu.element);

  const places = new Map(); // session → "bottom", or {key, offset}: the first message in view
  const windows = new Map(); // session → the window of it
  const byNode = new WeakMap(); // a message's element → its view
  let id = null;
  let views = new Map();
  let chain = [];
  let mine = new Set(); // what she is saying, by its client's id
  let seen = { id: null, seq: 0 }; // up to which she has seen all of this session
  let latest = null;
  let stood = -1; // where it stood when it was put there
  let before = 0; // where it stood before she scrolled
  let brought = null; // the jump that was made last

  // A window that changes, or a picture that has come
  const sizes = new ResizeObserver(() => id && restore(places.get(id)));
  for (const node of [scroller, items]) sizes.observe(node);

  /** Of a message: the menu is opened seldom, and must not go by what was true when the message was made. */
  function factsOf(node) {
    const [state, session, w] = latest;
    return { ...byNode.get(node)?.facts(), state, session, w };
  }

  const windowOf = () => windows.get(id) ?? FOLLOWING;
  const isAway = () => chain.at(-1).thread.away;
  const showsEnd = () => !isAway() && boundsOf(chain, windowOf()).to === totalOf(chain);

  /** By her, or by us: then what has grown meanwhile, a picture that came, must not look as if she had gone up. */
  function moved() {
    if (Math.abs(scroller.scrollTop - stood) < 1) restore(places.get(id));
    else scrolled(scroller.scrollTop < before);
  }

  function scrolled(up = false) {
    if (!id || !chain.length || scroller.hidden) return;
    before = scroller.scrollTop;
    const left = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    const atEnd = left < AT_BOTTOM && showsEnd();
    places.set(id, atEnd ? "bottom" : firstInView());
    windows.set(id, settled(chain, windowOf(), atEnd));
    actions.atBottom(atEnd);
    refreshPill();
    if (scroller.scrollTop < NEAR) goUp(up);
    if (left < NEAR && !atEnd) goDown();
  }

  /** More of what is here; then more of the session; then, if it is she who goes there, the one before it. */
  function goUp(up) {
    const [oldest] = chain;
    if (boundsOf(chain, windowOf()).from > 0) moveWindow(grownUp);
    else if (firstSeq(oldest.thread) > 1) actions.older(oldest.id);
    else if (up) actions.unfold(id);
  }

  function goDown() {
    if (boundsOf(chain, windowOf()).to < totalOf(chain)) moveWindow(grownDown);
    else if (isAway()) actions.later(id);
  }

  function moveWindow(grow) {
    windows.set(id, grow(chain, windowOf()));
    view.update(...latest);
  }

  /** Where nothing is left to scroll, the wheel and the keys still tell that she wants to go up. */
  function wheel({ deltaY }) {
    if (deltaY < 0 && scroller.scrollTop <= 0 && chain.length) goUp(true);
  }

  const walk = walking(items, (node) => menu.openAt(node));
  function keydown(event) {
    if (GOING_UP.includes(event.key) && scroller.scrollTop <= 0 && chain.length) goUp(true);
    walk.keydown(event);
  }

  /** A message, since the first day line stays the first when older days come above it. */
  function firstInView() {
    const edge = scroller.getBoundingClientRect().top;
    for (const [key, { element }] of views) {
      if (!element.classList.contains("message")) continue;
      const box = element.getBoundingClientRect();
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
    stood = scroller.scrollTop;
  }

  function toEnd() {
    follow();
    if (isAway()) actions.latest(id);
    view.update(...latest);
    toBottom();
    scrolled();
  }

  function follow() {
    windows.delete(id);
    places.set(id, "bottom");
  }

  function toBottom() {
    scroller.scrollTop = scroller.scrollHeight;
    stood = scroller.scrollTop;
  }

  // Being brought to a message

  /** Notes that are not here yet may be what she is brought to. */
  const awaitsNotes = (id) => wantsNotes(latest[0], latest[1]) || notesOf(latest[0], id).phase === "loading";

  /** Lays the window around the message; the key of it, or of the note after it. */
  function lookFor({ seq, note: noteId }) {
    const { thread: { messages }, notes } = chain.at(-1);
    if (seq === null || !messages.length) {
      follow();
      return null;
    }
    const message = messages[Math.min(placeOf(messages, seq), messages.length - 1)];
    windows.set(id, windowAround(chain, { id, seq: message.seq }));
    const note = noteId && notes.find((each) => each.noteId === noteId);
    return note ? keyOfNote(note) : message.clientMsgId ?? message.msgId;
  }

  const standOut = standingOut(() => latest[0].finding?.id === id);

  /** With an `offset` it is no more than where she was before. */
  function bringTo(key, offset) {
    const { element } = views.get(key);
    places.set(id, { key, offset: offset ?? Math.max(8, (scroller.clientHeight - element.offsetHeight) / 2) });
    restore(places.get(id));
    if (offset !== undefined) return;
    standOut(element);
    if (!document.activeElement.matches("input, textarea")) walk.goTo(element); // who looks for something goes on typing
  }

  // Showing

  const share = sharing();
  const show = whenChanged((shown, given, said, noting, window, jump) => {
    const [{ now }, session] = latest;
    const fresh = id !== session.sessionId;
    id = session.sessionId;
    const { thread } = chain.at(-1);
    const ready = thread.phase === "ready";
    const isNew = says([...said, ...noting], fresh);
    if (isNew) follow();
    if (isNew && thread.away) actions.latest(id); // what she says stands at the end
    const divided = ready && (fresh || !places.has(id)) && thread.divider !== null;
    if (divided) windows.set(id, windowAround(chain, { id, seq: thread.divider }));
    const place = divided ? AT_DIVIDER : places.get(id) ?? "bottom";
    const there = ready && !(jump?.note && awaitsNotes(id));
    const target = there && jump && jump !== brought ? lookFor(jump) : null;
    if (there) brought = jump;
    else if (fresh) brought = null;
    if (places.has(id)) windows.set(id, settled(chain, windowOf(), places.get(id) === "bottom"));
    if (fresh) each(items, [], () => "", null);
    const list = timeline(chain, said, dayNumber, windowOf()).map((item) => ({ item, given, chain, now }));
    views = each(items, list, ({ item }) => item.key, make);
    walk.update();
    if (!ready && !said.length) return;
    if (target) bringTo(target, jump.offset);
    else restore(jump && target === null && places.get(id) === "bottom" ? "bottom" : place);
    scrolled();
  });

  function make({ item }) {
    const made = MAKE[item.type]({ actions, sessionId: item.sessionId });
    byNode.set(made.element, made);
    return made;
  }

  /** Whether she has begun to say something new. */
  function says(under, fresh) {
    const ids = under.map(({ clientMsgId, clientNoteId }) => clientMsgId ?? clientNoteId);
    const isNew = !fresh && ids.some((each) => !mine.has(each));
    mine = new Set(ids);
    return isNew;
  }

  function refreshPill() {
    const [, session, w] = latest;
    const { thread } = chain.at(-1);
    const atBottom = places.get(id) === "bottom";
    if (atBottom || (seen.id !== id && thread.phase === "ready")) seen = { id, seq: lastSeq(thread) };
    const n = countNew(thread.messages, seen.seq);
    const text = thread.away ? w("toLatest") : n ? w("newMessages", { n }) : w("toBottom");
    set(pill, { hidden: atBottom || seen.id !== session.sessionId, "data-new": n > 0 || thread.away, text });
  }

  const view = {
    /** Nothing is shown; a hidden element forgets how far it was scrolled. */
    hide() {
      id = null;
      menu.close();
    },
    update(state, session, w) {
      latest = [state, session, w];
      const { sessionId } = session;
      if (id !== sessionId) menu.close();
      chain = chainOf(state, sessionId, session);
      const window = windows.get(sessionId) ?? FOLLOWING;
      show(id, share(state, session, w), outgoingOf(state, sessionId), notingOf(state, sessionId), window, state.jump,
        ...chain.flatMap(({ thread, notes }) => [thread, notes]));
      start.update(chain[0], earlierOf(state, sessionId), w, state.now);
      set(scroller, { "aria-label": customerName(session) });
      refreshPill();
    },
  };
  return view;
}

/** How much customers said after this. */
function countNew(messages, seq) {
  let n = 0;
  for (let at = messages.length - 1; at >= 0 && messages[at].seq > seq; at -= 1) {
    if (messages[at].senderType === "customer") n += 1;
  }
  return n;
}
