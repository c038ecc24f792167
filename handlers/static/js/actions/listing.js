/* What an agent does in the list: narrows and orders it, ticks rows, and marks a session for herself or for others. */

import * as api from "../outside/api.js";
import { tagsOf } from "../state/people.js";
import { customerName } from "../state/state.js";
import { words } from "../texts/texts.js";

const BOX = "#list-search";
const UNDO = 8000; // ms

export function createListing(store, { toast, explain, open, tag }) {
  const { dispatch } = store;
  const w = (...args) => words(store.state.prefs.lang)(...args);
  const me = () => store.state.me.csId;
  let retagged = []; // what would take back the tags of the dialog that is open

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

  /** The list is there, and nothing above it: on a narrow page the thread has its place. */
  function toList() {
    dispatch({ type: "searchClosed" });
    if (!document.querySelector(BOX).checkVisibility()) {
      dispatch({ type: "selected", id: null });
      open(null);
    }
    store.showNow();
  }

  /** What was tagged in one go can be taken back in one, once the dialog no longer lies above it. */
  function offerOldTags() {
    const many = new Set(retagged.map(({ id }) => id)).size;
    if (many) toast(w("retagged", { n: many }), "info", { undo: { act: "retag", given: retagged }, lasts: UNDO });
    retagged = [];
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
    askTags(ids) {
      if (!ids) offerOldTags();
      dispatch({ type: "labelling", ids });
    },
    tagCurrent: () => listing.askTags([store.state.selected]),
    focusFilter() {
      toList();
      document.querySelector(BOX).focus();
    },
    /** To a tab of the list, from wherever she is. */
    goTo(tab) {
      dispatch({ type: "tab", tab });
      toList();
    },
    tagMany(ids, { add = [], remove = [] }) {
      for (const id of ids) {
        const had = tagsOf(store.state, store.state.sessions[id]);
        const [added, removed] = [add.filter((each) => !had.includes(each)), remove.filter((each) => had.includes(each))];
        if (!added.length && !removed.length) continue;
        retagged.push({ id, add: removed, remove: added });
        tag(id, { add: added, remove: removed });
      }
    },
    /** The last change first, each as it was. */
    retag: (changes) => [...changes].reverse().forEach(({ id, ...change }) => tag(id, change)),
    unreadCurrent() {
      const { selected, sessions, me: { csId } } = store.state;
      if (sessions[selected]?.status === "manual" && sessions[selected].manualCsId === csId) listing.markUnread(selected);
    },
    /** Asks when; null when that was answered. */
    askTime: (id) => dispatch({ type: "timing", id }),
    askWhen: (id) => dispatch({ type: "reminding", id }),
    remindCurrent: () => listing.askWhen(store.state.selected),
  };
  return listing;
}
