/* What nobody waits for: done when what she waits for has been shown, or less often than it could be. */

/** Runs `work` after the next frame; calls until then are one. A hidden page has no frames to wait for. */
export function afterwards(work) {
  let due = false;
  const run = () => {
    due = false;
    work();
  };
  return () => {
    if (due) return;
    due = true;
    if (document.hidden) setTimeout(run);
    else requestAnimationFrame(() => setTimeout(run));
  };
}

/** Runs `work` at once, but not sooner than `pause` ms after the last time: then with what it was given last. */
export function calmly(pause, work) {
  let doneAt = -Infinity;
  let timer = null;
  let latest = [];
  const run = () => {
    clearTimeout(timer);
    timer = null;
    doneAt = performance.now();
    work(...latest);
  };
  return (...things) => {
    latest = things;
    const wait = doneAt + pause - performance.now();
    if (wait <= 0) run();
    else timer ??= setTimeout(run, wait);
  };
}
