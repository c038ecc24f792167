/*
 * Where she was before the page was loaded again: how far list and thread were scrolled. It is put back once, when as
 * much is there again; whoever scrolls or goes elsewhere meanwhile is left where she is.
 */

import { firstSeq, lastSeq, threadOf } from "../state/threads.js";

const KEY = "ccs.place"; // of this browser tab
const TRIES = 20; // pages of older messages that are worth it
const FRAMES = 12; // in which a thread that was just opened settles

export function createPlaces(store) {
  let place = take();
  let tries = 0;
  let touched = false; // by her: from then on it is hers
  addEventListener("pagehide", note);
  for (const gesture of ["wheel", "pointerdown", "keydown"]) {
    addEventListener(gesture, () => { place = null; touched = true; }, { passive: true, capture: true });
  }

  function note() {
    const { selected, tab } = store.state;
    const [list, thread] = scrollers();
    const left = thread ? thread.scrollHeight - thread.scrollTop - thread.clientHeight : 0;
    const seq = lastSeq(threadOf(store.state, selected));
    try {
      sessionStorage.setItem(KEY, JSON.stringify({ selected, tab, top: list?.scrollTop ?? 0, left, seq }));
    } catch {
      // forbidden or full
    }
  }

  return {
    update(state) {
      if (!place || !state.counts) return;
      const [list, thread] = scrollers();
      if (place.top && state.tab === place.tab && list?.scrollHeight > list?.clientHeight) {
        list.scrollTop = place.top;
        place.top = 0;
      }
      if (place.left && (state.selected !== place.selected || tries > TRIES)) place.left = 0;
      if (place.left && thread && !thread.closest("[hidden]")) scrollThread(thread, threadOf(state, state.selected));
      if (!place.top && !place.left) place = null;
    },
  };

  function scrollThread(element, thread) {
    if (thread.phase !== "ready" || thread.busy || !element.scrollHeight) return;
    tries += 1;
    if (lastSeq(thread) !== place.seq) { // more was said: the thread knows better where to open
      place.left = 0;
      return;
    }
    const { left } = place;
    if (element.scrollHeight - element.clientHeight >= left || firstSeq(thread) <= 1) place.left = 0;
    settle(element, left, FRAMES, () => !touched);
  }
}

/**
 * For some frames, since the thread puts itself where it opens meanwhile; by an event of its own, so that the thread
 * takes note before it does. Near the start older messages come, and it is tried again.
 */
function settle(element, left, frames, wanted) {
  const top = Math.max(0, element.scrollHeight - element.clientHeight - left);
  if (Math.abs(element.scrollTop - top) > 1) {
    element.scrollTop = top;
    element.dispatchEvent(new Event("scroll"));
  }
  if (frames && wanted()) requestAnimationFrame(() => settle(element, left, frames - 1, wanted));
}

const SCROLLERS = ["#list .list-scroller", "#thread .thread-scroller"];
const scrollers = () => SCROLLERS.map((each) => document.querySelector(each));

function take() {
  try {
    const place = JSON.parse(sessionStorage.getItem(KEY));
    sessionStorage.removeItem(KEY);
    return place;
  } catch {
    return null;
  }
}
