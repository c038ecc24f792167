/*
 * The live line: a WebSocket that is always there, or on its way back.
 *
 * It promises that every event is told once and in order, across cuts: after `hello` it asks for what it missed
 * (`resume`), sets events aside by their id until `resume_ok`, and then tells them in order. Where the server cannot
 * replay, it tells `resync`, and the page loads afresh. A line that answers no ping is given up, since after sleep or a
 * proxy's cut a socket can look open for hours.
 *
 * Told through `emit`: connecting, hello, bound, heard, caughtUp, resync, pong, lost, `told:…` for what passes without
 * an id, and refused {code} when there is no use in trying again without the agent.
 */

const PING_EVERY = 20_000; // ms
const PONG_PATIENCE = 8_000;
const HELLO_PATIENCE = 10_000;
const SOON = 300; // after something moved that we cannot account for
const BIND_AGAIN = 5000; // after the server refused to tell us of a session
const FIRST_RETRY = 500;
const LAST_RETRY = 15_000;
const REFUSALS = [4401, 4403]; // login needed, wrong csId
const RESTARTING = 1012;
const TRY_LATER = 1013;

export function createLive({ emit, lookingAt }) {
  let csId = null;
  let socket = null;
  let epoch = null;
  let eventId = 0;
  let held = null; // what came while catching up, by id
  let bound = null; // the session the server tells all of
  let binding = null; // until it said so
  let refused = { id: null, at: 0 };
  let attempts = 0;
  let retry = null;
  let openedAt = 0;
  let greeted = false;
  let greetedAt = 0; // the eventId of `hello`
  let pingedAt = 0;
  let awaiting = 0; // when the ping left that has no answer yet
  let soon = null;
  setInterval(look, 1000);

  return { start, pause, stop, retryNow, probe, askSoon, bindTo, tell };

  /** With `again` it goes on where it was paused. */
  function start(agent, again) {
    if (!again) stop();
    csId = agent;
    retryNow();
  }

  function pause() {
    csId = null;
    drop();
    clearTimeout(retry);
  }

  function stop() {
    pause();
    epoch = null;
  }

  function retryNow() {
    if (!csId || socket) return;
    attempts = 0;
    connect();
  }

  /** Something happened (another network, the tab is looked at again): find out now whether the line still is. */
  function probe() {
    look();
    retryNow();
    askSoon();
  }

  /** Pings when it is time, and gives up a line that does not answer. Timers stop in sleep, so clocks are read. */
  function look() {
    const now = Date.now();
    if (!socket) return;
    if (!greeted) {
      if (now - openedAt > HELLO_PATIENCE) lose(1006);
    } else if (awaiting && now - awaiting > PONG_PATIENCE) {
      lose(1006);
    } else if (!awaiting && now - pingedAt > PING_EVERY) {
      ping();
    }
  }

  /** A fresh pong, and with it fresh counts. */
  function askSoon() {
    soon ??= setTimeout(() => {
      soon = null;
      if (greeted) ping();
    }, SOON);
  }

  /** Hear all of this session, and of no other. */
  function bindTo(id) {
    if (!greeted || held || bound === id) return;
    if (id === refused.id && Date.now() - refused.at < BIND_AGAIN) return;
    if (bound) tell({ type: "unbind_session", sessionId: bound });
    bound = id;
    binding = id;
    if (bound) tell({ type: "bind_session", sessionId: bound });
  }

  function tell(frame) {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
  }

  function ping() {
    pingedAt = Date.now();
    awaiting ||= pingedAt;
    tell({ type: "ping" });
  }

  function connect() {
    clearTimeout(retry);
    emit({ type: "connecting" });
    openedAt = Date.now();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const mine = new WebSocket(`${scheme}://${location.host}/ws/cs/${encodeURIComponent(csId)}`);
    socket = mine;
    mine.onmessage = ({ data }) => mine === socket && hear(JSON.parse(data));
    mine.onclose = ({ code }) => mine === socket && lose(code);
  }

  function lose(code) {
    drop();
    if (!csId) return;
    if (REFUSALS.includes(code)) {
      emit({ type: "lost", retryAt: 0, now: Date.now() });
      emit({ type: "refused", code });
      return;
    }
    const wait = delay(code);
    attempts += 1;
    emit({ type: "lost", retryAt: Date.now() + wait, now: Date.now() });
    retry = setTimeout(connect, wait);
  }

  /** Jitter, so that all pages of an office do not come back in the same instant. */
  function delay(code) {
    const base = code === RESTARTING ? FIRST_RETRY : code === TRY_LATER ? 2 * FIRST_RETRY : FIRST_RETRY / 2;
    return Math.min(LAST_RETRY, base * 2 ** attempts) * (0.5 + Math.random());
  }

  function drop() {
    const gone = socket;
    socket = null;
    greeted = false;
    held = null;
    bound = null;
    binding = null;
    awaiting = 0;
    gone?.close();
  }

  function hear(frame) {
    if (frame.type === "hello") hello(frame);
    else if (frame.type === "pong") pong(frame);
    else if (frame.type === "resume_ok") caughtUp(frame);
    else if (frame.type === "resync_required") resync();
    else if (frame.type === "bound") isBound(frame.sessionId);
    else if (frame.type === "error") bindingRefused();
    else if (frame.eventId !== undefined) event(frame);
    else if (frame.type && frame.eventId === undefined) {
      emit({ type: `told:${frame.type}`, frame, now: Date.now() });
    }
  }

  function hello(frame) {
    greeted = true;
    greetedAt = frame.eventId;
    emit({ type: "hello", frame, now: Date.now() });
    ping();
    if (epoch === frame.epoch) {
      held = new Map();
      tell({ type: "resume", epoch, eventId, bound: lookingAt() });
      return;
    }
    const known = epoch !== null;
    epoch = frame.epoch;
    eventId = frame.eventId;
    if (known) emit({ type: "resync" });
  }

  function pong(frame) {
    awaiting = 0;
    attempts = 0;
    const { counts: _, ...rest } = frame; // which hold after events that are still held back
    emit({ type: "pong", frame: held ? rest : frame, now: Date.now() });
  }

  function isBound(id) {
    if (binding === id) binding = null;
    emit({ type: "bound", id });
  }

  /** Of what we ask the server on this line, only a binding can be refused. */
  function bindingRefused() {
    if (!binding) return;
    refused = { id: binding, at: Date.now() };
    if (bound === binding) bound = null;
    binding = null;
  }

  function event(frame) {
    if (held) {
      held.set(frame.eventId, frame);
    } else if (frame.eventId > eventId) {
      eventId = frame.eventId;
      emit({ type: "heard", frame });
    }
  }

  function caughtUp(frame) {
    const frames = release();
    eventId = Math.max(eventId, frame.eventId);
    bound = frame.bound[0] ?? null;
    emit({ type: "caughtUp", frames });
    ping(); // counts that hold after all of it
  }

  /** What is loaded from now on holds all that came before. */
  function resync() {
    if (held) eventId = greetedAt; // ours may be of a past that was restored away
    const frames = release();
    if (frames.length) emit({ type: "caughtUp", frames });
    bound = null;
    emit({ type: "resync" });
  }

  function release() {
    const frames = [...(held ?? new Map()).values()]
      .filter((frame) => frame.eventId > eventId).sort((one, other) => one.eventId - other.eventId);
    held = null;
    eventId = Math.max(eventId, frames.at(-1)?.eventId ?? 0);
    return frames;
  }
}
