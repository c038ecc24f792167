/*
 * What this browser remembers: preferences, who I am while access is open, and for each agent drafts and replies that
 * no answer has come for. Where storage is forbidden or full the page works on, and forgets on reload.
 */

import { keyOf } from "../state/drafts.js";

const PREFS = "ccs.prefs";
const IDENTITY = "ccs.me";
const PREFIXES = { reply: "ccs.draft", note: "ccs.note" };
const draftKey = (csId, id, mode = "reply") => `${PREFIXES[mode]}.${csId}.${id}`;
const outgoingKey = (csId, clientMsgId) => `ccs.outgoing.${csId}.${clientMsgId}`; // tabs share it
const aliveKey = (tabId) => `ccs.alive.${tabId}`;
const tabKey = (csId) => `ccs.tab.${csId}`;
const TAB_ID = "ccs.tabId"; // of this browser tab; survives a reload
const DRAFT_PAUSE = 400; // ms between keystrokes and disk
const DRAFT_KEPT = 7 * 86_400_000; // ms
const BEAT = 5000; // ms between two signs that this tab lives
const DEAD = 120_000; // ms without one; a hidden tab's timers run once a minute

export function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

export function write(key, value) {
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

/** What an agent left here. Replies under way are not sent again unasked, nor taken from a tab that lives. */
export function recall(csId) {
  const draftMarks = {};
  const [drafts, noteDrafts] = ["reply", "note"].map((mode) => recallDrafts(csId, mode, draftMarks));
  return { drafts, noteDrafts, draftMarks, outgoing: recallOutgoing(csId), tab: read(tabKey(csId)) };
}

function recallDrafts(csId, mode, marks) {
  const prefix = draftKey(csId, "", mode);
  const drafts = {};
  for (const key of keysWith(prefix)) {
    const { text, at, revision = 0, dirty = true } = read(key) ?? {};
    const id = key.slice(prefix.length);
    if (!text || Date.now() - at >= DRAFT_KEPT) {
      write(key, null);
      continue;
    }
    drafts[id] = text;
    marks[keyOf(mode, id)] = { revision, dirty, sending: null, typedAt: 0, serial: 0, other: null };
  }
  return drafts;
}

function recallOutgoing(csId) {
  const outgoing = {};
  const left = keysWith(outgoingKey(csId, "")).map((key) => ({ key, ...read(key) })).filter(({ said }) => said);
  for (const { key, id, tabId, said } of left.sort((one, other) => one.said.at - other.said.at)) {
    if (isOfLivingTab(tabId)) continue;
    write(key, { id, tabId: thisTab(), said });
    outgoing[id] ??= [];
    outgoing[id].push(afterReload(said));
  }
  return outgoing;
}

/** What waited a moment before it went was surely not said, nor a file whose bytes had not reached the server. */
function afterReload(said) {
  if (said.until) return { ...said, until: undefined, state: "refused", reason: "" };
  if (said.file && !said.fileId) return { ...said, state: "refused", reason: "" };
  return said.state === "refused" ? said : { ...said, state: "unconfirmed", lost: false, resting: false };
}

/** Whether another tab of this browser has it in hand. */
export const isOfLivingTab = (tabId) => tabId !== thisTab() && Date.now() - read(aliveKey(tabId)) < DEAD;

let tabId = null;

export function thisTab() {
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
 * Writes down what changed since the last call, drafts after a pause. `onDraft(mode, id, text, before)` is told what
 * another tab of this agent wrote, `onPrefs` how she wants the page there.
 */
export function createStorage(onDraft, onPrefs) {
  let last = {};
  let timer = null;
  let latest = null;
  const flush = () => {
    clearTimeout(timer);
    timer = null;
    if (!latest || latest.csId !== last.csId) return;
    keepDrafts("reply", latest.drafts, last.drafts);
    keepDrafts("note", latest.noteDrafts, last.noteDrafts);
    Object.assign(last, latest);
  };
  /** Written when it changed, and when the server came to know it: a reload has to tell the two apart. */
  const keepDrafts = (mode, drafts, before) => {
    const { csId, draftMarks } = latest;
    for (const id of Object.keys({ ...before, ...drafts })) {
      const [mark, old] = [draftMarks, last.draftMarks].map((marks) => marks[keyOf(mode, id)] ?? {});
      const moved = mark.dirty !== old.dirty || mark.revision !== old.revision;
      const key = draftKey(csId, id, mode);
      const text = drafts[id];
      if (text === before[id] && !moved) continue;
      const stored = read(key);
      if (text === stored?.text && !(text && moved)) continue; // another tab wrote it down
      const at = text === stored?.text ? stored.at : Date.now();
      write(key, text ? { text, at, dirty: mark.dirty, revision: mark.revision } : null);
    }
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
    if (key === PREFS && newValue) onPrefs(JSON.parse(newValue));
    for (const mode of Object.keys(PREFIXES)) {
      const prefix = latest?.csId && draftKey(latest.csId, "", mode);
      if (!prefix || !key?.startsWith(prefix)) continue;
      onDraft(mode, key.slice(prefix.length), JSON.parse(newValue)?.text ?? "", JSON.parse(oldValue)?.text ?? "");
    }
  });

  return function keep({ me, prefs, drafts, noteDrafts, draftMarks, outgoing, tab }) {
    if (prefs !== last.prefs) write(PREFS, prefs);
    last.prefs = prefs;
    const csId = me?.csId;
    if (csId !== last.csId) {
      flush();
      last = { prefs, csId, drafts, noteDrafts, draftMarks, outgoing, tab };
    }
    latest = { csId, drafts, noteDrafts, draftMarks };
    if (!csId) return;
    if (outgoing !== last.outgoing) keepOutgoing(csId, last.outgoing, outgoing);
    if (tab !== last.tab) write(tabKey(csId), tab);
    if (isGone(last.drafts, drafts) || isGone(last.noteDrafts, noteDrafts)) flush();
    else if (drafts !== last.drafts || draftMarks !== last.draftMarks) timer ??= setTimeout(flush, DRAFT_PAUSE);
    Object.assign(last, { outgoing, tab });
  };
}

/** Whether one was given up or sent: nowhere may it look as if it were not. */
const isGone = (before, after) => before !== after && Object.keys(before).some((id) => !after[id]);

function keepOutgoing(csId, before, after) {
  const [old, now] = [before, after].map((outgoing) => new Map(Object.entries(outgoing).flatMap(
    ([id, said]) => said.map((each) => [each.clientMsgId, { id, tabId: thisTab(), said: each }]),
  )));
  for (const key of old.keys()) if (!now.has(key)) write(outgoingKey(csId, key), null);
  for (const [key, each] of now) if (old.get(key)?.said !== each.said) write(outgoingKey(csId, key), each);
}
