/*
 * Where she was before the page was loaded again: how far the list was scrolled, and the message she read. It is put back
 * once, when as much is there again; whoever scrolls or goes elsewhere meanwhile is left where she is.
 */

import { parse } from "../state/address.js";
import { threadOf } from "../state/threads.js";

const KEY = "ccs.place"; // of this browser tab
const FRAMES = 60; // in which a list that was just filled settles, on a slow machine too

export function createPlaces(store) {
  let place = take();
  addEventListener("pagehide", note);
  let touched = false; // by her: from then on it is hers
  for (const gesture of ["wheel", "pointerdown", "keydown"]) {
    addEventListener(gesture, () => {
      place = null;
      touched = true;
    }, { passive: true, capture: true });
  }

  function note() {
    const { selected, tab, reading, sessions } = store.state;
    const read = selected && !reading.atBottom ? messageRead(selected) : null;
    try {
      sessionStorage.setItem(KEY, JSON.stringify({
        selected, tab, top: find(LIST)?.scrollTop ?? 0, read, count: sessions[selected]?.messageCount,
      }));
    } catch {
      // forbidden or full
    }
  }

  return {
    update(state) {
      if (!place || !state.counts) return;
      const list = find(LIST);
      if (place.top && state.tab === place.tab && list?.scrollHeight > list?.clientHeight) {
        settle(list, place.top, FRAMES);
        place.top = 0;
      }
      if (place.read) backToMessage(state);
      if (!place.top && !place.read) place = null;
    },
  };

  /** The list keeps the open row in its place while rows come, and so moves once more. */
  function settle(list, top, frames) {
    list.scrollTop = top;
    if (frames && !touched) requestAnimationFrame(() => settle(list, top, frames - 1));
  }

  /** If more was said since, or a link leads elsewhere, the thread knows better where to open. */
  function backToMessage({ selected, sessions, threads }) {
    if (threadOf({ threads }, selected).phase !== "ready") return;
    const same = selected === place.selected && sessions[selected]?.messageCount === place.count;
    const { seq, offset } = place.read;
    place.read = null;
    if (same && !parse(location.hash).m) store.dispatch({ type: "jumped", id: selected, seq, offset });
  }
}

const LIST = "#list .list-scroller";
const find = (what) => document.querySelector(what);

/** The first message in view, if it is of this session: `{seq, offset}`. */
function messageRead(id) {
  const edge = find("#thread .thread-scroller").getBoundingClientRect().top;
  const first = [...document.querySelectorAll("#thread .message")].find((each) => each.getBoundingClientRect().bottom > edge);
  if (first?.dataset.session !== id || !first.dataset.seq) return null;
  return { seq: Number(first.dataset.seq), offset: first.getBoundingClientRect().top - edge };
}

function take() {
  try {
    const place = JSON.parse(sessionStorage.getItem(KEY));
    sessionStorage.removeItem(KEY);
    return place;
  } catch {
    return null;
  }
}
