/*
 * What this browser remembers: preferences, who I am while access is open, and for each agent drafts and replies that
 * no answer has come for. Where storage is forbidden or full the page works on, and forgets on reload.
 */

const PREFS = "ccs.prefs";
const IDENTITY = "ccs.me";
const draftKey = (csId, id) => `ccs.draft.${csId}.${id}`;
const outgoingKey = (csId) => `ccs.outgoing.${csId}`;
const tabKey = (csId) => `ccs.tab.${csId}`;
const DRAFT_PAUSE = 400; // ms between keystrokes and disk

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    if (value === null || value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // full or forbidden
  }
}

function keysWith(prefix) {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
}

export const readPrefs = () => read(PREFS) ?? {};
export const readIdentity = () => read(IDENTITY);
export const writeIdentity = (csId) => write(IDENTITY, csId);

/** What an agent left here. Replies that were on their way are not sent again unasked. */
export function recall(csId) {
  const prefix = draftKey(csId, "");
  const drafts = Object.fromEntries(
    keysWith(prefix).map((key) => [key.slice(prefix.length), read(key)]).filter(([, text]) => text),
  );
  const outgoing = Object.fromEntries(Object.entries(read(outgoingKey(csId)) ?? {}).map(([id, said]) => [
    id, said.map((each) => (each.state === "refused" ? each : { ...each, state: "unconfirmed", lost: false })),
  ]));
  return { drafts, outgoing, tab: read(tabKey(csId)) };
}

/** Writes down what changed since the last call, drafts after a pause. */
export function createStorage() {
  let last = {};
  let timer = null;
  let latest = null;
  const flush = () => {
    clearTimeout(timer);
    timer = null;
    if (!latest || latest.csId !== last.csId) return;
    const { csId, drafts } = latest;
    for (const id of Object.keys({ ...last.drafts, ...drafts })) {
      if (drafts[id] !== last.drafts[id]) write(draftKey(csId, id), drafts[id]);
    }
    last.drafts = drafts;
  };
  addEventListener("pagehide", flush);

  return function keep({ me, prefs, drafts, outgoing, tab }) {
    if (prefs !== last.prefs) write(PREFS, prefs);
    last.prefs = prefs;
    const csId = me?.csId;
    if (csId !== last.csId) {
      flush();
      last = { prefs, csId, drafts, outgoing, tab };
    }
    latest = { csId, drafts };
    if (!csId) return;
    if (outgoing !== last.outgoing) write(outgoingKey(csId), Object.keys(outgoing).length ? outgoing : null);
    if (tab !== last.tab) write(tabKey(csId), tab);
    if (drafts !== last.drafts) timer ??= setTimeout(flush, DRAFT_PAUSE);
    Object.assign(last, { outgoing, tab });
  };
}
