/*
 * Everything an agent can do by name or by key: the keys, their help and the command bar are all made from this table.
 * Pure; `run` calls the actions it is given.
 *
 * A key is written as it is pressed: `Alt+KeyN`, by `event.code`, since Option with a letter types a symbol on a Mac.
 * `Mod` is ⌘ on a Mac and Ctrl elsewhere, `?` is that character wherever it lies, and `KeyG KeyI` are two, one after the
 * other. Keys work inside of text only with `inText`, and none of them is a plain letter there. A command whose action
 * does not exist (`needs`) is not offered. Words lead into `commands.*` of the catalogue.
 */

import { helpsWith, isHelped } from "./helps.js";
import { mayAccept, mayBlock, mayClose, mayExamine, mayRead, mayRelease, mayServe, mayTakeOver } from "./rights.js";
import { TABS, shownSession } from "./sessions.js";

const current = (state) => state.selected && shownSession(state, state.selected);
const open = (may) => (state) => {
  const session = current(state);
  return Boolean(session) && may(session, state.me, state.assistant);
};
const always = () => true;
const anyOpen = open(always);
const served = open(mayServe);

const command = (id, group, keys, needs, more = {}) => ({
  id, group, keys, needs, inText: true, enabled: always, run: (actions) => actions[needs](),
  words: () => ({ key: `commands.${id}` }), ...more,
});
const examines = ({ me, auth }) => Boolean(me) && mayExamine(me, auth);

export const COMMANDS = [
  command("next", "sessions", ["Alt+KeyN"], "acceptNext"),
  command("accept", "sessions", ["Alt+KeyA"], "takeCurrent", {
    enabled: open((session, me) => mayAccept(session) || mayTakeOver(session, me)),
  }),
  command("transfer", "sessions", ["Alt+KeyT"], "transferCurrent", { enabled: served }),
  command("release", "sessions", ["Alt+KeyB"], "releaseCurrent", { enabled: open(mayRelease) }),
  command("close", "sessions", ["Alt+KeyE"], "closeCurrent", { enabled: open(mayClose) }),
  command("remind", "sessions", ["Alt+KeyS"], "remindCurrent", { enabled: open(mayRead) }),
  command("unread", "sessions", ["Alt+KeyU"], "unreadCurrent", { enabled: served }),
  command("tag", "sessions", [], "tagCurrent", { enabled: open(mayRead) }),
  command("block", "sessions", [], "blockCurrent", {
    enabled: open(mayBlock),
    words: (state) => ({ key: current(state)?.blocked ? "commands.unblock" : "commands.block" }),
  }),

  command("previous", "going", ["Alt+ArrowUp"], "previous", { repeats: true }),
  command("following", "going", ["Alt+ArrowDown"], "following", { repeats: true }),
  ...TABS.map((tab, index) => command(`tab-${tab}`, "going", [`Alt+Digit${index + 1}`], "tab", {
    words: () => ({ key: "commands.toTab", tab }), run: (actions) => actions.tab(tab),
  })),
  command("bar", "going", ["Mod+KeyK"], "commandBar", { hidden: true, run: (actions) => actions.commandBar(true) }),
  command("search", "going", ["Mod+Shift+KeyF"], "search"),
  command("findHere", "going", ["Mod+KeyF"], "findHere", { enabled: anyOpen, shares: true }),
  command("panel", "going", ["Alt+KeyI"], "togglePanel", { enabled: anyOpen }),
  command("filter", "going", [], "focusFilter"),
  command("inbox", "going", ["KeyG KeyI"], "goTo", { inText: false, hidden: true, run: (actions) => actions.goTo("pending") }),
  command("ai", "going", ["KeyG KeyA"], "goTo", { inText: false, hidden: true, run: (actions) => actions.goTo("ai") }),

  command("note", "writing", ["Alt+KeyP"], "noteMode", { enabled: anyOpen }),
  command("reply", "writing", ["Alt+KeyR"], "replyMode", { enabled: anyOpen }),
  command("suggest", "writing", ["Alt+KeyJ"], "suggestCurrent", {
    enabled: open((session, me, assistant) => helpsWith(assistant).suggest && isHelped(session, mayServe(session, me))),
  }),
  command("sendNext", "writing", ["Alt+Enter"], "sendAndNext", {
    enabled: open((session, me) => mayServe(session, me) || session.status === "ai"), // whose box asks first
  }),

  command("duty", "frame", [], "toggleDuty", {
    words: (state) => ({ key: state.own.duty === "off" ? "commands.onDuty" : "commands.offDuty" }),
  }),
  command("sound", "frame", [], "toggleSound"),
  command("theme", "frame", [], "nextTheme"),
  command("density", "frame", [], "nextDensity"),
  command("language", "frame", [], "nextLanguage"),
  command("settings", "frame", ["KeyG KeyS"], "openSettings", {
    inText: false, run: (actions) => actions.openSettings(),
  }),
  command("quickReplies", "frame", [], "manageQuick"),
  command("checkup", "frame", [], "checkUp", { enabled: examines }),
  command("joining", "frame", [], "openGuide", { enabled: examines }),
  command("export", "frame", [], "exportFeedback", { enabled: examines }),
  command("keys", "frame", [], "openSettings", { run: (actions) => actions.openSettings("keys") }),
  command("help", "frame", ["?"], "help", { inText: false, run: (actions) => actions.help(true) }),
];

const BY_ID = new Map(COMMANDS.map((each) => [each.id, each]));

export const commandOf = (id) => BY_ID.get(id);

/** Keys that belong to where they are pressed; shown in the help, and not for changing. */
export const FIXED = [
  { id: "send", keys: ["Enter"] }, { id: "newline", keys: ["Shift+Enter"] }, { id: "sendClose", keys: ["Mod+Shift+Enter"] },
  { id: "quick", keys: ["/"] }, { id: "goods", keys: ["#"] },
  { id: "insert", keys: ["Alt+1…3"] }, { id: "escape", keys: ["Escape"] },
];

/** What can be done here and now. */
export const possible = (state, actions) =>
  COMMANDS.filter((each) => exists(each, actions) && !each.hidden && each.enabled(state));

export const exists = ({ needs }, actions) => !needs || typeof actions[needs] === "function";

// Keys

/** The keys of a command, her own or the usual ones. */
export const keysOf = ({ keys = {} }, { id, keys: usual }) => (Array.isArray(keys[id]) ? keys[id] : usual);

/** Key → command. */
export const bindings = (own) => new Map(COMMANDS.flatMap((each) => keysOf(own, each).map((key) => [key, each])));

const MODIFIERS = ["Control", "Shift", "Alt", "Meta", "CapsLock", "AltGraph"];

/** How a pressed key is written; null for a modifier by itself. */
export function keyOf({ key, code, altKey, ctrlKey, metaKey, shiftKey }, mac) {
  if (MODIFIERS.includes(key) || !code) return null;
  if (key === "?" && !altKey && !ctrlKey && !metaKey) return "?";
  const [mod, other] = mac ? [metaKey, ctrlKey && "Control"] : [ctrlKey, metaKey && "Meta"];
  return [mod && "Mod", other, altKey && "Alt", shiftKey && "Shift", code].filter(Boolean).join("+");
}

const TAKEN = ["KeyT", "KeyW", "KeyN", "KeyR", "KeyL", "Tab"].map((code) => `Mod+${code}`); // by browsers
const EDITING = ["KeyC", "KeyV", "KeyX", "KeyZ", "KeyA"].map((code) => `Mod+${code}`);

/**
 * What stands against a key for a command: `{kind: "browser"}`, `{kind: "plain"}` for one that would be typed, or
 * `{kind: "taken", by}`; null if nothing.
 */
export function conflict(own, id, key) {
  if ([...TAKEN, ...EDITING].includes(key)) return { kind: "browser" };
  if (BY_ID.get(id).inText && !/^(Alt|Mod|Control|Meta)\+|^F\d+$/.test(key)) return { kind: "plain" };
  const by = bindings(own).get(key);
  return by && by.id !== id ? { kind: "taken", by: by.id } : null;
}

/** Her keys with this one for a command, taken from whoever had it. */
export function rebound(own, id, key) {
  const next = { ...own.keys };
  for (const each of COMMANDS) {
    const keys = keysOf(own, each);
    if (each.id !== id && keys.includes(key)) next[each.id] = keys.filter((other) => other !== key);
  }
  next[id] = [key];
  return withoutUsual(next);
}

/** Her keys without those of one command, or of none: then the usual ones hold again. */
export function restored(own, id) {
  const { [id]: _, ...keys } = own.keys ?? {};
  return withoutUsual(keys);
}

/** What is as usual need not be kept; null if all is. */
function withoutUsual(keys) {
  const changed = Object.entries(keys).filter(([id, own]) => BY_ID.get(id)?.keys.join() !== own.join());
  return changed.length ? Object.fromEntries(changed) : null;
}

const SIGNS = {
  ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc", Slash: "/", Comma: ",", Period: ".",
};
const ON_MAC = { Mod: "⌘", Alt: "⌥", Shift: "⇧", Control: "⌃" };
const ELSEWHERE = { Mod: "Ctrl", Meta: "Win" };

/** A key for the eye: the parts of each of its presses, `[["Alt", "N"]]`. */
export const shownKey = (key, mac) => key.split(" ").map((press) => press.split("+").map((part) =>
  (mac ? ON_MAC : ELSEWHERE)[part] ?? SIGNS[part] ?? part.replace(/^(Key|Digit)/, "")));
