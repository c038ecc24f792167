/* What an agent does in the list: narrows and orders it, ticks rows, and marks a session for herself or for others. */

import * as api from "../outside/api.js";
import { customerName } from "../state/state.js";
import { words } from "../texts/texts.js";

export function createListing(store, { toast, explain, onExpired }) {
  const { dispatch } = store;
  const w = (...args) => words(store.state.prefs.lang)(...args);
  const me = () => store.state.me.csId;

  async function remind(id, at) {
    const before = store.state.reminders?.[id]?.at ?? null;
    dispatch({ type: "reminded", id, at, now: Date.now() });
    const path = api.ofSession(id, "reminder");
    const answer = at === null ? await api.del(path, { csId: me() })
      : await api.put(path, { at: new Date(at).toISOString(), csId: me() });
    if (!answer.ok) {
      dispatch({ type: "reminded", id, at: before, now: Date.now() });
      explain(id, answer);
    } else if (at !== null) {
      const name = customerName(store.state.sessions[id]);
      toast(w("willRemind", { name, time: words(store.state.prefs.lang).moment(at, Date.now()) }));
    }
  }

  /** `change` is `{add, remove}`. True if the server did it. */
  async function tag(id, change) {
    const answer = await api.post(api.ofSession(id, "tags"), { add: [], remove: [], ...change, csId: me() });
    if (answer.ok) dispatch({ type: "sessionTold", session: answer.data });
    else explain(id, answer);
    return answer.ok;
  }

  return {
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
    tag,
    /** `ids` are the sessions whose tags are to be changed; null closes. */
    askTags: (ids) => dispatch({ type: "tagging", ids }),
    async tagMany(ids, change) {
      for (const id of ids) if (!(await tag(id, change))) return;
    },
    /** The tags in use, most used first: `[{name, count}]`. */
    async tagsInUse() {
      const answer = await api.get("/api/tags");
      if (answer.status === 401) onExpired();
      return answer.ok ? answer.data : [];
    },
  };
}
