/* Who has which session open. Told while it lasts, never kept: `hello` brings the whole, an event what changed. Pure. */

const NOBODY = [];

/** The colleagues who look at a session; oneself is no news. */
export function viewersOf({ viewing, me }, id) {
  const ids = viewing[id];
  if (!ids) return NOBODY;
  const others = ids.filter((csId) => csId !== me?.csId);
  return others.length ? others : NOBODY;
}

export const VIEWER_REDUCERS = {
  "told:viewing": (state, { frame: { sessionId, data } }) => {
    const { [sessionId]: _, ...others } = state.viewing;
    return { ...state, viewing: data.csIds.length ? { ...others, [sessionId]: data.csIds } : others };
  },
};
