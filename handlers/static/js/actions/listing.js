/* What an agent does in the list: narrows and orders it, ticks rows, and marks a session for herself or for others. */

import * as api from "../outside/api.js";
import { customerName } from "../state/state.js";
import { words } from "../texts/texts.js";

export function createListing(store, { toast, explain, tag }) {
  const { dispatch } = store;
  const w = (...args) => words(store.state.prefs.lang)(...args);
  const me = () => store.state.me.csId;

  async function remind(id, at) {
    const before = store.state.reminders?.[id]?.at ?? null;
    dispatch({ type: "reminded", id, at, now: Date.now() });
    const path = api.ofSession(id, "reminder");
    const answer = at === null ? await api.remove(path, { csId: me() })
      : await api.put(path, { at: new Date(at).toISOString(), csId: me() });
    if (!answer.ok) {
      dispatch({ type: "reminded", id, at: before, now: Date.now() });
      explain(id, answer);
    } else if (at !== null) {
      const name = customerName(store.state.sessions[id]);
      toast(w("willRemind", { name, time: words(store.state.prefs.lang).moment(at, Date.now()) }));
    }
  }

  const listing = {
    filter: (change) => dispatch({ type: "filtered", change }),
    clearFilters: () => dispatch({ type: "filtersCleared" }),
    /** Ticks rows for what is done to many, or takes the ticks away. */
    check: (ids, on) => dispatch({ type: "checked", ids, on }),
    async markUnread(id) {
      const answer = await api.post(api.ofSession(id, "unread"), { csId: me() });
      if (answer.ok) dispatch({ type: "sessionTold", session: answer.data });
      else explain(id, answer);
    },
    remind,
    dismissReminder: (id) => remind(id, null),
    /** `ids` are the sessions whose tags are to be changed; null closes. */
    askTags: (ids) => dispatch({ type: "labelling", ids }),
    tagMany: (ids, change) => ids.forEach((id) => tag(id, change)),
    unreadCurrent() {
      const { selected, sessions, me: { csId } } = store.state;
      if (sessions[selected]?.status === "manual" && sessions[selected].manualCsId === csId) listing.markUnread(selected);
    },
    /** Asks when; null when that was answered. */
    askWhen: (id) => dispatch({ type: "reminding", id }),
    remindCurrent: () => listing.askWhen(store.state.selected),
  };
  return listing;
}
