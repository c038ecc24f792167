/*
 * The address, `#/s/{id}?m=12&tab=mine&channel=jd&tag=退款&sort=waiting`: which session is open, at which message (`n` is a
 * note after it), and what is listed. Pure: texts to values and back.
 *
 * What this page writes always names the tab. An address without one, as in a link that somebody was sent, says nothing of
 * the list, and the list stays as it is.
 */

import { SWITCHES, fitting } from "./filters.js";

const SESSION_ID = /^[0-9a-f]{32}$/; // notes have such ids too

/** `id` is null where no session is named; what no session is called leads to one that does not exist. */
export function parse(hash) {
  const [path, text = ""] = hash.split(/\?(.*)/s);
  const query = new URLSearchParams(text);
  const [, id] = path.match(/^#\/s\/(.+)/) ?? [];
  return {
    id: id ? (SESSION_ID.test(id) ? id : "-") : null,
    m: /^\d{1,9}$/.test(query.get("m")) ? Number(query.get("m")) : null,
    n: SESSION_ID.test(query.get("n")) ? query.get("n") : null,
    tab: query.get("tab"),
    channels: query.getAll("channel"),
    filters: fitting({
      sort: query.get("sort"), q: query.get("q"), tags: query.getAll("tag"), agents: query.getAll("agent"),
      ...Object.fromEntries(SWITCHES.map((name) => [name, query.has(name)])),
    }),
  };
}

export function format({ id = null, m = null, n = null, tab = null, channels = [], filters = null }) {
  const query = [
    ...(id && m !== null ? [["m", m], ...(n ? [["n", n]] : [])] : []), ...(tab ? [["tab", tab]] : []),
    ...channels.map((channel) => ["channel", channel]), ...(filters ? asked(filters) : []),
  ].map(([name, value]) => (value === "" ? name : `${name}=${encodeURIComponent(value)}`)).join("&");
  return `#/${id ? `s/${encodeURIComponent(id)}` : ""}${query ? `?${query}` : ""}`;
}

/** What of an address says how the list stands, from the question mark on. */
export const listQuery = ({ tab, channels, filters }) => format({ tab, channels, filters }).slice(2);

/** Only what is not as usual. */
function asked({ sort, q, tags, agents, ...switches }) {
  return [
    ...(q ? [["q", q]] : []), ...tags.map((tag) => ["tag", tag]), ...agents.map((agent) => ["agent", agent]),
    ...(sort !== fitting({}).sort ? [["sort", sort]] : []),
    ...SWITCHES.filter((name) => switches[name]).map((name) => [name, ""]),
  ];
}
