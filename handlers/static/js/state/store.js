/*
 * Holds the state. Events go in by `dispatch`; what follows from them happens in two rhythms: `keep` after each burst
 * of events, for network and storage, and `show` once per animation frame, however many events there were.
 */

const HIDDEN_FRAME = 250; // ms; a hidden page gets no animation frames, yet its title has to count

export function createStore(state, reduce, { keep, show }) {
  const store = { state, dispatch, showNow };
  let keeping = false;
  let showing = false;
  document.addEventListener("visibilitychange", showNow); // a frame asked for while visible may never come

  function dispatch(event) {
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
