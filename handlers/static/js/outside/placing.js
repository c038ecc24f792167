/*
 * Keeps the address in step with what is open and listed, both ways, and remembers for each agent how she lists. Opening
 * a session is a step that the browser's back button undoes; narrowing the list only changes where one stands.
 */

import { format, parse } from "../state/address.js";
import { afterwards } from "./afterwards.js";
import { whenChanged } from "../views/parts/dom.js";

const SETTLING = 10_000; // ms in which what is kept may come
const PAUSE = 250; // ms without a key before the server is asked to look for what was typed

/** `keepOwn` is told `{channels, filters}`, to keep it among what the agent prefers. */
export function createPlacing(store, keepOwn) {
  let pause = null;
  let seeking = "";
  let kept = null; // how she lists, as it is kept; as text
  let whose = null;
  let entered = { csId: null, at: 0 };

  let left = null; // the address that is to be written over, unless it is another one meanwhile
  const writeSoon = whenChanged(() => {
    left = location.hash;
    soon();
  });
  const soon = afterwards(() => { // it takes the browser longer than to show all of a session
    const { auth, selected: id, place, tab, channels, filters } = store.state;
    if (auth.phase !== "in" || left !== location.hash || parse(left).id !== id) return;
    const hash = format({ id, ...place, tab, channels, filters });
    if (hash !== left) history.replaceState(history.state, "", hash);
  });

  function navigated() {
    const { id, m, n, tab, channels, filters } = parse(location.hash);
    if (tab) store.dispatch({ type: "placed", tab, channels, filters });
    store.dispatch({ type: "selected", id });
    store.dispatch({ type: "placedAt", m, n });
    if (id && (m || n)) store.dispatch({ type: "jumped", id, seq: m, note: n });
  }

  function keep({ auth, me, own, selected, place, tab, channels, filters, sought }) {
    seek(filters.q, sought);
    if (auth.phase !== "in") return;
    follow(me.csId, own.filters);
    if (store.state.filters !== filters || parse(location.hash).id !== selected) return; // on the way somewhere else
    writeSoon(selected, place, tab, channels, filters);
    remember(me.csId, channels, filters);
  }

  function seek(q, sought) {
    if (q === seeking && (q === sought || pause)) return;
    seeking = q;
    clearTimeout(pause);
    pause = q === sought ? null : setTimeout(() => {
      pause = null;
      store.dispatch({ type: "sought" });
    }, PAUSE);
  }

  /** How she listed before, as long as she did not change it here. What comes later is of another window of hers. */
  const follow = whenChanged((csId, told) => {
    if (csId !== entered.csId) entered = { csId, at: Date.now() };
    const changed = whose === csId && kept !== null && kept !== textOf(store.state);
    if (!told || changed || Date.now() - entered.at > SETTLING) return;
    whose = csId;
    kept = textOf({ channels: [], filters: {}, ...told });
    if (kept !== textOf(store.state)) store.dispatch({ type: "placedAsKept", kept: told });
  });

  const remember = whenChanged((csId, channels, filters) => {
    const text = textOf({ channels, filters });
    const known = whose === csId && kept !== null;
    if (known && text === kept) return;
    const first = !known;
    [whose, kept] = [csId, text];
    if (!first) keepOwn(JSON.parse(text));
  });

  return { keep, navigated };
}

/** What was typed is of the moment and is not kept. */
const textOf = ({ channels, filters: { q: _, ...filters } }) => JSON.stringify({ channels, filters });
