/* What an agent can do in the customer panel: lay it out, name the customer, write about her, and tag the session. */

import * as api from "../outside/api.js";
import { pendingOf, withChanges } from "../state/attributes.js";
import { isPanelShown, layoutOf, moved } from "../state/people.js";
import { customerName } from "../state/state.js";
import { words } from "../texts/texts.js";

const UNDO = 8000; // ms in which the toast offers to take it back

export function createPanelActions(store, { toast, explain, keepOwn, onExpired }) {
  const { dispatch } = store;
  let saved = Promise.resolve(); // all that was written so far has been answered

  const keepLayout = (change) => keepOwn("panel", { ...layoutOf(store.state), ...change });

  async function save(id, change) {
    const answer = await api.put(api.ofSession(id, "customer"), { ...change, csId: store.state.me.csId });
    if (answer.ok) dispatch({ type: "personSaved", id, change, customer: answer.data });
    else dispatch({ type: "personUnsaved", id, fault: answer.message });
    if (answer.status === 401) onExpired();
  }

  /** `verb` is `block` or `unblock`; whether it was done. */
  async function veil(id, verb, body = {}) {
    const answer = await api.post(api.ofSession(id, "customer", verb), { ...body, csId: store.state.me.csId });
    if (!answer.ok) {
      explain(id, answer);
      return false;
    }
    dispatch({ type: "personLoaded", id, customer: answer.data });
    dispatch({ type: "logWanted", id });
    return true;
  }

  function tell(id, key, how) {
    const { prefs, sessions: { [id]: session } } = store.state;
    toast(words(prefs.lang)(key, { name: session ? customerName(session) : "" }), "info", how);
  }

  const actions = {
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

    /** `change` is `{remark}`, `{note}` or `{attributes}`; they go in the order in which they were written. */
    describe(id, change) {
      dispatch({ type: "personSaving", id, change });
      saved = saved.then(() => save(id, change));
      return saved;
    },
    /** What did not get through before goes along. */
    keepAttributes: (id, changes = []) =>
      actions.describe(id, { attributes: withChanges(pendingOf(store.state, id), changes) }),
    retryPerson: (id) => dispatch({ type: "personRetried", id }),

    async tag(id, { add = [], remove = [] }) {
      dispatch({ type: "tagging", id, change: { add, remove } });
      const answer = await api.post(api.ofSession(id, "tags"), { add, remove, csId: store.state.me.csId });
      if (answer.ok) dispatch({ type: "sessionLoaded", session: answer.data });
      dispatch({ type: "tagging", id, change: null });
      if (!answer.ok) explain(id, answer);
    },
    askBlock: (id) => dispatch({ type: "blocking", id }),
    async block(id, reason) {
      dispatch({ type: "blocking", id: null });
      if (await veil(id, "block", { reason })) tell(id, "blockedNow", { undo: { act: "unblock", given: id }, lasts: UNDO });
    },
    async unblock(id) {
      if (await veil(id, "unblock")) tell(id, "unblockedNow");
    },
    toggleBlock(id) {
      if (store.state.sessions[id]?.blocked) actions.unblock(id);
      else actions.askBlock(id);
    },
    blockCurrent: () => actions.toggleBlock(store.state.selected),

    unfoldLog: (log) => keepLayout({ log }),
    retryLog: (id) => dispatch({ type: "logWanted", id }),
    async reveal(id, phone) {
      dispatch({ type: "revealing", phone });
      const answer = await api.post(api.ofSession(id, "customer", "reveal"), { phone, csId: store.state.me.csId });
      if (store.state.selected !== id) return; // she has gone on, and it stays hidden
      if (answer.ok) dispatch({ type: "revealed", phone, number: answer.data.phone });
      else dispatch({ type: "unrevealed", phone, why: answer.message || words(store.state.prefs.lang)("noAnswer") });
      dispatch({ type: "logWanted", id });
      if (answer.status === 401) onExpired();
    },
    async offerTags() {
      const answer = await api.get("/api/tags");
      if (answer.ok) dispatch({ type: "tagsOffered", tags: answer.data });
    },
  };
  return actions;
}
