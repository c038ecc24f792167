/*
 * Searching: among everything that was said (`state.searching`), and within the open session (`state.finding`). Pure.
 *
 * What was found is shown by session, in the order of each one's newest hit. `asked` tells the answer that is waited for
 * from those of earlier questions, which come to nothing.
 */

export const RECENT = 8; // searches that are remembered
const GROUP = 3; // hits shown of a session; the others are found in it
const WORTH_A_WORD = 100; // messages behind; a few are always on their way

/** Narrowed to nothing. `days` is how many, or `own` for those from `from` up to `to`, each a day as the browser writes it. */
export const EVERYTHING = { channel: "", agent: "", tag: "", status: "", days: "", from: "", to: "" };
export const NARROWINGS = ["channel", "agent", "tag", "status", "days"];

export const SEARCHING = {
  searching: {
    open: false, focus: 0, text: "", ...EVERYTHING,
    phase: "idle", asked: 0, hits: [], cursor: null, behind: 0, error: null,
    active: null, // key of what Enter opens: a hit, or the rest of a session's
    recent: [],
  },
  finding: null, // {id, focus, text, phase, asked, hits: [{seq, note}], more, at, error} in the open session
};

export const SEARCH_REDUCERS = {
  searchOpened: (state) => search(state, { open: true, focus: state.searching.focus + 1 }),
  searchClosed: (state) => search(state, { open: false }),
  searchWanted: (state, { type, ...change }) => {
    const { asked, hits } = state.searching;
    const next = { ...state.searching, ...change };
    const isIdle = !next.text.trim();
    return search(state, {
      ...change, asked: asked + 1, phase: isIdle ? "idle" : "loading", hits: isIdle ? [] : hits, error: null,
    });
  },
  searchMoreWanted: (state) => search(state, { phase: "more" }),
  searchFound: (state, { asked, hits, cursor, behind }) => {
    const now = state.searching;
    if (asked !== now.asked) return state;
    const all = now.phase === "more" ? [...now.hits, ...hits] : hits;
    const active = stepsOf(all).includes(now.active) ? now.active : null;
    return search(state, { phase: "ready", hits: all, cursor, behind, active, error: null });
  },
  searchFailed: (state, { asked, error }) => {
    const { asked: latest, phase, hits } = state.searching;
    if (asked !== latest) return state;
    return search(state, { phase: "failed", hits: phase === "more" ? hits : [], error });
  },
  searchMoved: (state, { step }) => {
    const keys = stepsOf(state.searching.hits);
    const place = keys.indexOf(state.searching.active);
    const next = keys[place < 0 ? (step > 0 ? 0 : keys.length - 1) : place + step];
    return next ? search(state, { active: next }) : state;
  },
  searchPicked: (state, { active }) => search(state, { active }),
  searchesRemembered: (state, { recent }) => search(state, { recent }),

  findOpened: (state, { id }) => {
    const before = state.finding?.id === id ? state.finding : null;
    const finding = before ?? { id, text: "", phase: "idle", asked: 0, hits: [], more: false, at: 0, error: null };
    return { ...state, finding: { ...finding, focus: (before?.focus ?? 0) + 1 } };
  },
  findClosed: (state) => (state.finding ? { ...state, finding: null } : state),
  findWanted: (state, { text }) => find(state, {
    text, asked: state.finding.asked + 1, phase: text.trim() ? "loading" : "idle", error: null,
    ...(text.trim() ? {} : { hits: [], more: false, at: 0 }),
  }),
  /** It begins with the newest, which is nearest to where she reads. */
  findFound: (state, { id, asked, hits, more }) => {
    if (state.finding?.id !== id || state.finding.asked !== asked) return state;
    return find(state, { phase: "ready", hits, more, at: hits.length - 1 });
  },
  findFailed: (state, { id, asked, error }) => {
    if (state.finding?.id !== id || state.finding.asked !== asked) return state;
    return find(state, { phase: "failed", hits: [], more: false, error });
  },
  findMoved: (state, { step }) => {
    const { hits, at } = state.finding;
    return hits.length ? find(state, { at: (at + step + hits.length) % hits.length }) : state;
  },
};

const search = (state, change) => ({ ...state, searching: { ...state.searching, ...change } });
const find = (state, change) => ({ ...state, finding: { ...state.finding, ...change } });

/** A hit's own key: of a message, or of a note. */
export const keyOf = ({ message, note }) => message?.msgId ?? note.noteId;

/** `{session, hits, more}` for each session; `more` is how many hits are not shown here. */
export function grouped(hits) {
  const groups = new Map();
  for (const hit of hits) {
    const id = hit.session.sessionId;
    if (!groups.has(id)) groups.set(id, { session: hit.session, all: [] });
    groups.get(id).all.push(hit);
  }
  return [...groups.values()].map(({ session, all }) => {
    const shown = all.length > GROUP + 1 ? all.slice(0, GROUP) : all; // one more is shown rather than spoken of
    return { session, hits: shown, more: all.length - shown.length };
  });
}

/** The key of what is not shown of a session's hits. */
export const restOf = ({ sessionId }) => `rest-${sessionId}`;

/** The keys along which the arrows lead. */
const stepsOf = (hits) => grouped(hits).flatMap(
  ({ session, hits, more }) => [...hits.map(keyOf), ...(more ? [restOf(session)] : [])],
);

/** What Enter opens, by its key: what was moved to, or the first. */
export const activeOf = ({ hits, active }) => active ?? (hits.length ? keyOf(hits[0]) : null);

/** What a key stands for: `{hit}`, or `{rest: sessionId}`; null for nothing. */
export function meant({ hits, active }) {
  const key = activeOf({ hits, active });
  const hit = hits.find((each) => keyOf(each) === key);
  const rest = hits.find((each) => restOf(each.session) === key);
  return hit ? { hit } : rest ? { rest: rest.session.sessionId } : null;
}

/** How much the index does not hold yet, if it is worth a word. */
export const indexing = ({ behind }) => (behind >= WORTH_A_WORD ? behind : 0);

/** What is asked of the server. `days` counts from the beginning of today. */
export function queryOf({ text, channel, agent, tag, status, days, from, to }, now) {
  const since = days === "own" ? startOf(from) : days ? startOf(now, 1 - Number(days)) : null;
  const until = days === "own" ? startOf(to, 1) : null;
  const query = {
    q: text.trim(), channelType: channel, csId: agent, tag, status, from: since?.toISOString(), to: until?.toISOString(),
  };
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value));
}

/** Midnight where she is, at the beginning of a day or so many days after it; null if it is none. */
function startOf(day, later = 0) {
  const date = typeof day === "string" ? new Date(`${day}T00:00`) : new Date(day);
  if (Number.isNaN(date.getTime())) return null;
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + later);
}

export const isNarrowed = (searching) => NARROWINGS.some((name) => searching[name] !== "");

/** Tags to choose from: what is chosen, the usual ones, and those in use. */
export const tagsToSearch = ({ searching: { tag }, tags, offered }) =>
  [...new Set([...(tag ? [tag] : []), ...tags, ...offered.map(({ name }) => name)])];

/** The latest first, each once. */
export const remembering = (recent, text) => [text, ...recent.filter((each) => each !== text)].slice(0, RECENT);

/** `{text, hit}` pieces of a snippet. */
export function pieces(snippet, ranges) {
  const found = [];
  let place = 0;
  for (const [start, end] of ranges) {
    found.push({ text: snippet.slice(place, start), hit: false }, { text: snippet.slice(start, end), hit: true });
    place = end;
  }
  return [...found, { text: snippet.slice(place), hit: false }].filter(({ text }) => text);
}
