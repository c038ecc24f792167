/* What nobody waits for is done when what she waits for has been shown. */

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
