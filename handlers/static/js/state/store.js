/*
 * Holds the state. Events go in by `dispatch`; what follows from them happens in two rhythms: `keep` after each burst
 * of events, for network and storage, and `show` once per animation frame, however many events there were.
 *
 * What the server tells goes in by `hear`. Of sessions that are only listed, a burst of it is gathered for a moment and
 * costs what one event does; order stays, since whatever else happens lets all of it in first.
 */

const HIDDEN_FRAME = 250; // ms; a hidden page gets no animation frames, yet its title has to count
const GATHERING = 100; // ms; what stands in a row so much later was not late to anybody

export function createStore(state, reduce, { keep, show }) {
  const store = { state, dispatch, hear, showNow };
  let keeping = false;
  let showing = false;
  let heard = []; // that was not let in yet
  let gathering = null; // a timer, from one letting in until the next may wait for it
  document.addEventListener("visibilitychange", showNow); // a frame asked for while visible may never come

  function hear(frame) {
    heard.push(frame);
    if (!gathering || document.hidden || frame.sessionId === store.state.selected) letIn();
  }

  function letIn() {
    clearTimeout(gathering);
    gathering = setTimeout(() => {
      gathering = null;
      if (heard.length) letIn();
    }, GATHERING);
    const frames = heard;
    heard = [];
    take(frames.length > 1 ? { type: "caughtUp", frames } : { type: "heard", frame: frames[0] });
  }

  function dispatch(event) {
    if (heard.length) letIn();
    take(event);
  }

  function take(event) {
    const next = reduce(store.state, event);
    if (next === store.state) return;
    store.state = next;
    if (!keeping) {
      keeping = true;
      queueMicrotask(keepNow);
    }
    if (!showing) {
      showing = true;
      if (document.hidden) setTimeout(showNow, HIDDEN_FRAME);
      else requestAnimationFrame(showNow);
    }
  }

  function keepNow() {
    keeping = false;
    keep(store.state);
  }

  function showNow() {
    if (!showing) return;
    showing = false;
    show(store.state);
  }

  return store;
}
