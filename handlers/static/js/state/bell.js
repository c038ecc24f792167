/*
 * The bell: what concerned this agent while she looked elsewhere, or was away. Pure. The server keeps it, so it is the
 * same in every window of hers and outlives all of them; what is said of it here is loaded with each line and told since.
 *
 * An entry is `{id, kind, sessionId, at, customerName, by, text, seen}`. `untold` are ids of those that she has seen and
 * the server has not heard of yet.
 */

const KEPT = 100; // as many as the server tells

export const NO_BELL = { phase: "wanted", entries: [], untold: [] };

export const wantsBell = ({ bell }) => bell.phase === "wanted";

export const unseenOnTheBell = ({ bell }) => bell.entries.filter(({ seen }) => !seen);

/** Ids of what she sees without opening the bell, since she looks at its session. */
export const seenAnyway = (state) => (!state.selected || !state.reading.visible ? []
  : unseenOnTheBell(state).filter(({ sessionId }) => sessionId === state.selected).map(({ id }) => id));

export const BELL_REDUCERS = {
  bellLoading: (state) => withBell(state, { phase: "loading" }),
  bellFailed: (state) => withBell(state, { phase: "failed" }),
  bellRetried: (state) => withBell(state, { phase: "wanted" }),
  /** With what was told while this answer was on its way. */
  bellLoaded: (state, { entries }) => withBell(state, { phase: "ready", entries: joined(state, entries) }),
  bellSeen: (state, { ids }) => {
    const fresh = unseenOnTheBell(state).map(({ id }) => id).filter((id) => ids.includes(id));
    return fresh.length ? withBell(seen(state, fresh), { untold: [...state.bell.untold, ...fresh] }) : state;
  },
  bellTold: (state, { ids }) => withBell(state, { untold: state.bell.untold.filter((id) => !ids.includes(id)) }),
  "told:bell": (state, { frame: { data } }) => withBell(state, { entries: joined(state, [data]) }),
  "told:bell_seen": (state, { frame: { data } }) => seen(state, data.ids),
};

const withBell = (state, change) => ({ ...state, bell: { ...state.bell, ...change } });

const seen = (state, ids) => withBell(state, {
  entries: state.bell.entries.map((each) => (ids.includes(each.id) && !each.seen ? { ...each, seen: true } : each)),
});

/** A note that was taken away has no words any more. */
const isThere = ({ kind, text }) => kind !== "mentioned" || Boolean(text);

/** The newest first. What was seen stays so, whatever an older answer says. */
function joined({ bell: { entries, untold } }, told) {
  const known = new Map(entries.map((each) => [each.id, each]));
  for (const each of told) {
    const isSeen = Boolean(each.seen || known.get(each.id)?.seen || untold.includes(each.id));
    known.set(each.id, { ...each, at: Date.parse(each.at), seen: isSeen });
  }
  return [...known.values()].filter(isThere).sort((one, other) => other.at - one.at).slice(0, KEPT);
}
