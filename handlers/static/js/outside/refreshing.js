/* Loads the page afresh when the server has a newer one and nobody is there to be disturbed. */

import { mayRefresh } from "../state/version.js";

export function createRefreshing() {
  let touchedAt = Date.now();
  for (const gesture of ["pointerdown", "pointermove", "keydown", "wheel"]) {
    addEventListener(gesture, () => { touchedAt = Date.now(); }, { passive: true, capture: true });
  }
  return (state) => {
    if (mayRefresh(state, state.now - touchedAt)) location.reload();
  };
}
