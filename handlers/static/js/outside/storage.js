/*
 * What this browser remembers: preferences, who I am while access is open, and for each agent drafts and replies that
 * no answer has come for. Where storage is forbidden or full the page works on, and forgets on reload.
 */

const PREFS = "ccs.prefs";
const IDENTITY = "ccs.me";
const draftKey = (csId, id) => `ccs.draft.${csId}.${id}`;
const outgoingKey = (csId, clientMsgId) => `ccs.outgoing.${csId}.${clientMsgId}`; // tabs share it
const aliveKey = (tabId) => `ccs.alive.${tabId}`;
const tabKey = (csId) => `ccs.tab.${csId}`;
const filtersKey = (csId) => `ccs.filters.${csId}`;
const TAB_ID = "ccs.tabId"; // of this browser tab; survives a reload
const DRAFT_PAUSE = 400; // ms between keystrokes and disk
const DRAFT_KEPT = 7 * 86_400_000; // ms
const BEAT = 5000; // ms between two signs that this tab lives
const DEAD = 120_000; // ms without one; a hidden tab's timers run once a minute

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

/** How this agent narrows and orders her list: `{channels, filters}`. */
export const writeFilters = (csId, kept) => write(filtersKey(csId), kept);

export const readPrefs = () => read(PREFS) ?? {};
export const readIdentity = () => read(IDENTITY);
export const writeIdentity = (csId) => write(IDENTITY, csId);

/** What an agent left here. Replies under way are not sent again unasked, nor taken from a tab that lives. */
export function recall(csId) {
  return {
    drafts: recallDrafts(csId), outgoing: recallOutgoing(csId), tab: read(tabKey(csId)), filters: read(filtersKey(csId)),
  };
}

function recallDrafts(csId) {
  const prefix = draftKey(csId, "");
  const drafts = {};
  for (const key of keysWith(prefix)) {
    const { text, at } = read(key) ?? {};
    if (text && Date.now() - at < DRAFT_KEPT) drafts[key.slice(prefix.length)] = text;
    else write(key, null);
  }
  return drafts;
}

function recallOutgoing(csId) {
  const outgoing = {};
  const left = keysWith(outgoingKey(csId, "")).map((key) => ({ key, ...read(key) })).filter(({ said }) => said);
  for (const { key, id, tabId, said } of left.sort((one, other) => one.said.at - other.said.at)) {
    if (tabId !== thisTab() && Date.now() - read(aliveKey(tabId)) < DEAD) continue;
    write(key, { id, tabId: thisTab(), said });
    outgoing[id] ??= [];
    outgoing[id].push(afterReload(said));
  }
  return outgoing;
}

/** A file whose bytes had not reached the server yet is gone, and so it was surely not said. */
function afterReload(said) {
  if (said.file && !said.fileId) return { ...said, state: "refused", reason: "" };
  return said.state === "refused" ? said : { ...said, state: "unconfirmed", lost: false };
}

let tabId = null;

function thisTab() {
  try {
    tabId ??= sessionStorage.getItem(TAB_ID);
    tabId ??= String(Math.random()).slice(2);
    sessionStorage.setItem(TAB_ID, tabId);
  } catch {
    tabId ??= "";
  }
  return tabId;
}

/**
 * Writes down what changed since the last call, drafts after a pause. `onDraft(id, text, before)` is told what another
 * tab of this agent wrote.
 */
export function createStorage(onDraft) {
  let last = {};
  let timer = null;
  let latest = null;
  const flush = () => {
    clearTimeout(timer);
    timer = null;
    if (!latest || latest.csId !== last.csId) return;
    const { csId, drafts } = latest;
    for (const id of Object.keys({ ...last.drafts, ...drafts })) {
      if (drafts[id] === last.drafts[id] || drafts[id] === read(draftKey(csId, id))?.text) continue;
      write(draftKey(csId, id), drafts[id] ? { text: drafts[id], at: Date.now() } : null);
    }
    last.drafts = drafts;
  };
  const beat = () => write(aliveKey(thisTab()), Date.now());
  beat();
  setInterval(beat, BEAT);
  addEventListener("pageshow", beat);
  addEventListener("pagehide", () => {
    flush();
    write(aliveKey(thisTab()), null);
  });
  addEventListener("storage", ({ key, newValue, oldValue }) => {
    const prefix = latest?.csId && draftKey(latest.csId, "");
    if (!prefix || !key?.startsWith(prefix)) return;
    onDraft(key.slice(prefix.length), JSON.parse(newValue)?.text ?? "", JSON.parse(oldValue)?.text ?? "");
  });

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
    if (outgoing !== last.outgoing) keepOutgoing(csId, last.outgoing, outgoing);
    if (tab !== last.tab) write(tabKey(csId), tab);
    if (drafts !== last.drafts) timer ??= setTimeout(flush, DRAFT_PAUSE);
    Object.assign(last, { outgoing, tab });
  };
}

function keepOutgoing(csId, before, after) {
  const [old, now] = [before, after].map((outgoing) => new Map(Object.entries(outgoing).flatMap(
    ([id, said]) => said.map((each) => [each.clientMsgId, { id, tabId: thisTab(), said: each }]),
  )));
  for (const key of old.keys()) if (!now.has(key)) write(outgoingKey(csId, key), null);
  for (const [key, each] of now) if (old.get(key)?.said !== each.said) write(outgoingKey(csId, key), each);
}
