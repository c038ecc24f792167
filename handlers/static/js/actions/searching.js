/* What an agent can do to find something: everywhere, or in the open session. */

import * as api from "../outside/api.js";
import { readSearches, writeSearches } from "../outside/recents.js";
import { mayRead } from "../state/rights.js";
import { meant, queryOf, remembering } from "../state/searching.js";
import { words } from "../texts/texts.js";

const PAUSE = 250; // ms without a key, after which it is asked
const PAGE = 30;
const PAGE_HERE = 200; // the most the server gives at once
const MOST = 1000; // hits in one session; nobody steps through more

export function createSearching(store, { onExpired, jump, offerTags }) {
  const { dispatch } = store;
  const w = (...args) => words(store.state.prefs.lang)(...args);
  let searchTimer = null;
  let findTimer = null;
  let stop = null; // the question under way; a newer one ends it
  let before = null; // what had the focus

  const failure = (answer) => {
    if (answer.status === 401) onExpired();
    return answer.message || w("searching.noAnswer");
  };

  async function ask() {
    clearTimeout(searchTimer);
    stop?.abort();
    const { searching, now } = store.state;
    const { asked, cursor, phase } = searching;
    if (!searching.text.trim()) return;
    stop = new AbortController();
    const page = phase === "more" ? { cursor } : {};
    const answer = await api.get("/api/search", { ...queryOf(searching, now), limit: PAGE, ...page }, { stop });
    if (!answer.ok) {
      dispatch({ type: "searchFailed", asked, error: failure(answer) });
      return;
    }
    const { headers } = answer;
    dispatch({
      type: "searchFound", asked, hits: answer.data, cursor: headers.get("X-Next-Cursor"),
      behind: Number(headers.get("X-Index-Behind") ?? 0),
    });
  }

  async function askHere() {
    clearTimeout(findTimer);
    const { id, text, asked } = store.state.finding ?? {};
    if (!text?.trim()) return;
    const hits = [];
    let cursor = "";
    while (cursor !== null && hits.length < MOST) {
      const page = { q: text.trim(), sessionId: id, limit: PAGE_HERE, cursor };
      const answer = await api.get("/api/search", page);
      if (!answer.ok) {
        dispatch({ type: "findFailed", id, asked, error: failure(answer) });
        return;
      }
      hits.push(...answer.data.map(placeOf));
      cursor = answer.headers.get("X-Next-Cursor");
    }
    dispatch({ type: "findFound", id, asked, hits, more: cursor !== null });
    if (store.state.finding?.asked === asked) showHit();
  }

  function showHit() {
    const { id, hits, at } = store.state.finding;
    if (hits.length) jump(id, hits[at].seq, { note: hits[at].note, replace: true });
  }

  function remember() {
    const { me, searching } = store.state;
    const text = searching.text.trim();
    if (!text || !me) return;
    const recent = remembering(readSearches(me.csId), text); // another tab may have searched too
    writeSearches(me.csId, recent);
    dispatch({ type: "searchesRemembered", recent });
  }

  const actions = {
    /** Everywhere; with a text that is searched at once. */
    search(text) {
      if (!store.state.searching.open) before = document.activeElement;
      dispatch({ type: "searchesRemembered", recent: readSearches(store.state.me.csId) });
      dispatch({ type: "searchOpened" });
      offerTags();
      if (typeof text === "string" && text.trim()) actions.searchNow(text);
    },
    closeSearch() {
      dispatch({ type: "searchClosed" });
      if (before?.isConnected) before.focus({ preventScroll: true });
      before = null;
    },
    searchText(text) {
      dispatch({ type: "searchWanted", text });
      clearTimeout(searchTimer);
      searchTimer = setTimeout(ask, PAUSE);
    },
    searchNow(text) {
      dispatch({ type: "searchWanted", text });
      ask();
    },
    /** To any of `NARROWINGS`, and `from` and `to`. */
    narrow(change) {
      dispatch({ type: "searchWanted", ...change });
      ask();
    },
    searchAgain: () => actions.narrow({}),
    searchMore() {
      const { phase, cursor } = store.state.searching;
      if (!cursor || (phase !== "ready" && phase !== "failed")) return;
      dispatch({ type: "searchMoreWanted" });
      ask();
    },
    searchStep: (step) => dispatch({ type: "searchMoved", step }),
    forgetSearches() {
      writeSearches(store.state.me.csId, []);
      dispatch({ type: "searchesRemembered", recent: [] });
    },
    openActive() {
      const { hit, rest } = meant(store.state.searching) ?? {};
      if (hit) actions.openHit(hit);
      if (rest) actions.openHits(rest);
    },
    openHit({ session, message, note }) {
      remember();
      dispatch({ type: "searchPicked", active: message?.msgId ?? note.noteId });
      const { seq, note: noted } = placeOf({ message, note });
      jump(session.sessionId, seq, { note: noted });
    },
    /** All hits of a session, in it. */
    openHits(id) {
      const { text } = store.state.searching;
      remember();
      jump(id, null);
      dispatch({ type: "findOpened", id });
      actions.findNow(text);
    },

    /** In the open session. */
    findHere() {
      const { selected: id, sessions, me } = store.state;
      if (!id || !sessions[id] || !mayRead(sessions[id], me)) return;
      dispatch({ type: "findOpened", id });
    },
    closeFind: () => dispatch({ type: "findClosed" }),
    findText(text) {
      dispatch({ type: "findWanted", text });
      clearTimeout(findTimer);
      findTimer = setTimeout(askHere, PAUSE);
    },
    findNow(text) {
      dispatch({ type: "findWanted", text });
      askHere();
    },
    /** To an older one with -1, a newer one with 1. */
    findStep(step) {
      if (!store.state.finding?.hits.length) return;
      dispatch({ type: "findMoved", step });
      showHit();
    },
  };
  return actions;
}

/** Where a hit stands: at a message, or at a note after one. */
const placeOf = ({ message, note }) => (message ? { seq: message.seq, note: null } : { seq: note.afterSeq, note: note.noteId });
