/*
 * Keeps the address in step with what is open and listed, both ways, and remembers for each agent how she lists. Opening
 * a session is a step that the browser's back button undoes; narrowing the list only changes where one stands.
 */

import { format, parse } from "../state/address.js";
import { writeFilters } from "./storage.js";
import { whenChanged } from "../views/parts/dom.js";

const PAUSE = 250; // ms without a key before the server is asked to look for what was typed

/** `keepOwn` is told `{channels, filters}` to keep it where the agent's other browsers find it. */
export function createPlacing(store, keepOwn) {
  let pause = null;
  let seeking = "";
  let whose = null; // filters were kept last

  const write = whenChanged((id, place, tab, channels, filters) => {
    const hash = format({ id, ...place, tab, channels, filters });
    if (hash !== location.hash) history.replaceState(history.state, "", hash);
  });

  function navigated() {
    const { id, m, tab, channels, filters } = parse(location.hash);
    if (tab) store.dispatch({ type: "placed", tab, channels, filters });
    store.dispatch({ type: "selected", id });
    store.dispatch({ type: "placedAt", m });
  }

  function keep({ auth, me, selected, place, tab, channels, filters, sought }) {
    seek(filters.q, sought);
    if (auth.phase !== "in" || parse(location.hash).id !== selected) return; // on its way somewhere else
    write(selected, place, tab, channels, filters);
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

  /** What was typed is of the moment and is not kept; nor is again what was just read. */
  const remember = whenChanged((csId, channels, { q: _, ...filters }) => {
    const known = whose === csId;
    whose = csId;
    if (!known) return;
    writeFilters(csId, { channels, filters });
    keepOwn({ channels, filters });
  });

  return { keep, navigated };
}
