/*
 * The frame around list and thread: what lies open in it, how the channels are, and what the browser allows. Pure.
 */

export const FRAME = {
  command: { open: false },
  settings: { open: false, section: "notify" },
  health: [], // of the channels, as GET /api/channels tells it
  desktop: "unknown", // whether notices may be shown on the desktop; see outside/desktop.js
  tone: null, // how the test went: "asked" whether she heard it, or "silent" since the browser played nothing
};

export const FRAME_REDUCERS = {
  command: (state, { open }) => (state.command.open === open ? state : { ...state, command: { open } }),
  settings: (state, { type, ...change }) => ({ ...state, settings: { ...state.settings, ...change } }),
  healthLoaded: (state, { channels }) => ({ ...state, health: channels }),
  desktop: (state, { phase }) => (state.desktop === phase ? state : { ...state, desktop: phase }),
  toneTried: (state, { sounded }) => ({ ...state, tone: sounded ? "asked" : "silent" }),
};

const WORST_FIRST = ["failing", "off", "quiet", "ok"];

/** The channels as the bar shows them: one dot each, and as bad as the worst of its accounts. */
export function channelDots({ health }) {
  const kinds = [...new Set(health.map(({ channelType }) => channelType))];
  return kinds.map((channelType) => {
    const states = health.filter((each) => each.channelType === channelType).map(({ state }) => state);
    return { channelType, state: WORST_FIRST.find((each) => states.includes(each)) ?? "ok" };
  });
}
