/* What an agent can do in the customer panel: lay it out, name the customer, write about her, and tag the session. */

import * as api from "../outside/api.js";
import { isPanelShown, layoutOf, moved } from "../state/people.js";

export function createPanelActions(store, { explain, keepOwn, onExpired }) {
  const { dispatch } = store;
  let saved = Promise.resolve(); // all that was written so far has been answered

  const keepLayout = (change) => keepOwn("panel", { ...layoutOf(store.state), ...change });

  async function save(id, change) {
    const answer = await api.put(api.ofSession(id, "customer"), { ...change, csId: store.state.me.csId });
    if (answer.ok) dispatch({ type: "personSaved", id, change, customer: answer.data });
    else dispatch({ type: "personUnsaved", id, fault: answer.message });
    if (answer.status === 401) onExpired();
  }

  return {
    togglePanel() {
      const { state } = store;
      if (state.panel.wide) keepLayout({ open: !isPanelShown(state) });
      else dispatch({ type: "panel", over: !state.panel.over });
    },
    fold(name, folded) {
      const others = layoutOf(store.state).folded.filter((each) => each !== name);
      keepLayout({ folded: folded ? [...others, name] : others });
    },
    moveSection: (name, step) => keepLayout({ order: moved(layoutOf(store.state).order, name, step) }),

    /** `change` is `{remark}` or `{note}`; they go in the order in which they were written. */
    describe(id, change) {
      dispatch({ type: "personSaving", id, change });
      saved = saved.then(() => save(id, change));
      return saved;
    },
    retryPerson: (id) => dispatch({ type: "personRetried", id }),

    async tag(id, { add = [], remove = [] }) {
      dispatch({ type: "tagging", id, change: { add, remove } });
      const answer = await api.post(api.ofSession(id, "tags"), { add, remove, csId: store.state.me.csId });
      if (answer.ok) dispatch({ type: "sessionLoaded", session: answer.data });
      dispatch({ type: "tagging", id, change: null });
      if (!answer.ok) explain(id, answer);
    },
    async offerTags() {
      const answer = await api.get("/api/tags");
      if (answer.ok) dispatch({ type: "tagsOffered", tags: answer.data });
    },
  };
}
