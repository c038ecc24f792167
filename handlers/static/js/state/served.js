/* What the assistant did by itself within the last hour, for who looks at an empty queue. Pure. */

const FRESH = 60_000; // ms

export const NOT_ASKED = { at: 0, lastHour: null };

/** Asked only while it is shown: nobody waits, and she looks at those who would. */
export const wantsServed = ({ tab, counts, reading, served, now }) =>
  tab === "pending" && counts.pending === 0 && reading.visible && now - served.at >= FRESH;

export const SERVED_REDUCERS = {
  servedAsked: (state, { at }) => ({ ...state, served: { ...state.served, at } }),
  servedLoaded: (state, { lastHour }) => ({ ...state, served: { ...state.served, lastHour } }),
};
