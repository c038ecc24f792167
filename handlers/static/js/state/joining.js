/*
 * The guide to joining a channel (接入向导): what the server told of its ways, which is chosen, and its steps. Pure.
 *
 * A step is `{key, lines, reach}`: its words in the catalogue, what there is to copy, and for an address who can come
 * to it. What a way needs of config.toml comes from the server, what to do where from the words: nothing is said twice.
 */

export const NO_GUIDE = {
  open: false, phase: "idle", error: null, publicUrl: "", ways: [],
  origin: "", // of the page
  chosen: null, // the id of a way, or DEMO
  copied: null, // {text, done} of what was copied last
};
export const DEMO = "demo";

const RUN = ".venv/bin/python server.py";

export const JOINING_REDUCERS = {
  joining: (state, { type, ...change }) => ({ ...state, joining: { ...state.joining, ...change } }),
};

export const idOf = ({ channelType, way }) => `${channelType}-${way}`;

export const chosenWay = ({ ways, chosen }) => ways.find((way) => idOf(way) === chosen) ?? null;

/** `{channelType, ways}` for each channel, in the order the server names them. */
export function byChannel(ways) {
  const channels = [...new Set(ways.map(({ channelType }) => channelType))];
  return channels.map((channelType) => ({ channelType, ways: ways.filter((way) => way.channelType === channelType) }));
}

/** What to do, in order. `knows` says whether there are words under a key. */
export function stepsOf(way, { publicUrl, origin }, knows) {
  const own = `joining.ways.${way.way}`;
  const base = publicUrl || origin;
  const calls = Object.entries(way.paths).map(([name, path], index) => ({
    key: `${own}.tell.${name}`, lines: [base + path], reach: index ? null : reachOf(base), // said once
  }));
  const check = way.way === "gateway" ? [`${RUN} gateway-check --channel ${way.channelType}`] : [];
  return [
    ...numbered(`${own}.get`, knows),
    { key: "joining.config", lines: [way.toml] },
    { key: "joining.check", lines: [`${RUN} check`, RUN] },
    ...calls,
    ...check.map((line) => ({ key: "joining.gatewayCheck", lines: [line] })),
    { key: `${own}.try`, lines: [], examines: true },
  ];
}

export const demoSteps = (knows) =>
  numbered("joining.demo.get", knows).map((step, index) => ({ ...step, lines: index ? [] : [`${RUN} --demo`] }));

/** The keys below one, as far as there are words. */
export function numbered(key, knows) {
  const found = [];
  while (knows(`${key}.${found.length}`)) found.push({ key: `${key}.${found.length}`, lines: [] });
  return found;
}

const HERE = /^(localhost|.+\.localhost|127\..+|0\.0\.0\.0|::1)$/;
const OFFICE = [
  /^(10|192\.168|169\.254)\.[\d.]+$/, /^172\.(1[6-9]|2\d|3[01])\.[\d.]+$/,
  /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.[\d.]+$/, // behind a provider's own router
  /^f[cd][0-9a-f]{2}:/, /^fe[89ab][0-9a-f]:/, /^[^.:]+$/, /\.(local|lan|internal|home|home\.arpa)$/,
];

/** Who can come to an address: `here` is this machine alone, `office` its network, `plain` all, unencrypted, `all`. */
export function reachOf(address) {
  const { hostname, protocol } = new URL(address);
  const host = hostname.replace(/^\[|\]$/g, "");
  if (HERE.test(host)) return "here";
  if (OFFICE.some((pattern) => pattern.test(host))) return "office";
  return protocol === "https:" ? "all" : "plain";
}
