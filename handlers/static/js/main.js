/*
 * Joins the parts. Data goes down: an event changes the state, and the state is shown. Actions come up: a view calls
 * one, and it becomes events. What lies outside (requests, the line, storage, title) is kept in step with the state.
 */

import { createActions } from "./actions/actions.js";
import { set, whenChanged } from "./views/parts/dom.js";
import { createDesktop } from "./outside/desktop.js";
import { previewOf } from "./actions/attaching.js";
import { createBelling } from "./outside/belling.js";
import { createBlobs } from "./outside/blobs.js";
import { createDrafting } from "./outside/drafting.js";
import { draftOf } from "./state/drafts.js";
import { createEntrance } from "./outside/entrance.js";
import { createHealth } from "./outside/health.js";
import { listenToKeys } from "./actions/keys.js";
import { createLeader } from "./outside/leader.js";
import { createLive } from "./outside/live.js";
import { createLoader } from "./outside/loader.js";
import { createNotices } from "./outside/notices.js";
import { createPlacing } from "./outside/placing.js";
import { createPlaces } from "./outside/places.js";
import { createPreferences } from "./outside/preferences.js";
import { createRefreshing } from "./outside/refreshing.js";
import { createRinging } from "./outside/ringing.js";
import { createQuicking } from "./outside/quicking.js";
import { isMine, mayWatch } from "./state/rights.js";
import { createSender } from "./outside/sender.js";
import { createSound } from "./outside/sound.js";
import { initial, reduce } from "./state/state.js";
import { createStorage, readPrefs } from "./outside/storage.js";
import { createStore } from "./state/store.js";
import { fitting } from "./texts/texts.js";
import { lastSeq, threadOf } from "./state/threads.js";
import { createTitle } from "./outside/title.js";
import { createUploader } from "./outside/uploader.js";
import { versionOf } from "./state/version.js";
import { mount as mountBlocking } from "./views/dialogs/blocking.js";
import { mount as mountCarding } from "./views/dialogs/carding.js";
import { mount as mountCheckup } from "./views/dialogs/checkup.js";
import { mount as mountCommand } from "./views/frame/command.js";
import { mount as mountEntrance } from "./views/dialogs/entrance.js";
import { mount as mountHint } from "./views/frame/hint.js";
import { mount as mountJoining } from "./views/dialogs/joining.js";
import { mount as mountKeys } from "./views/dialogs/keys.js";
import { mount as mountList } from "./views/list/list.js";
import { mount as mountLightbox } from "./views/dialogs/lightbox.js";
import { mount as mountNav } from "./views/frame/nav.js";
import { mount as mountOverdue } from "./views/frame/overdue.js";
import { mountAnnouncer, mountToasts } from "./views/frame/overlays.js";
import { mount as mountQuick } from "./views/dialogs/quick/manager.js";
import { mount as mountSearch } from "./views/frame/search.js";
import { mount as mountPanel } from "./views/panel/panel.js";
import { mount as mountRaw } from "./views/dialogs/raw.js";
import { mount as mountReleasing } from "./views/dialogs/releasing.js";
import { mount as mountTagging } from "./views/dialogs/tagging.js";
import { mount as mountSettings } from "./views/dialogs/settings.js";
import { mount as mountSkew } from "./views/frame/skew.js";
import { mount as mountTiming } from "./views/dialogs/timing.js";
import { mount as mountTeaching } from "./views/dialogs/teaching.js";
import { mount as mountThread } from "./views/thread/thread.js";
import { mount as mountTopbar } from "./views/frame/topbar.js";

const prefs = { ...initial.prefs, lang: fitting(navigator.language), ...readPrefs() };
const start = {
  ...initial, now: Date.now(), prefs,
  line: { ...initial.line, online: navigator.onLine },
  reading: { ...initial.reading, visible: !document.hidden },
  version: { ...initial.version, loaded: versionOf(import.meta.url) },
};

const store = createStore(start, reduce, { keep, show });
const { dispatch } = store;

const live = createLive({
  emit(event) {
    if (event.type === "refused") entrance.refused(event.code);
    else if (event.type === "heard") store.hear(event.frame);
    else dispatch(event);
  },
  lookingAt: () => [watched(store.state)].filter(Boolean),
});
const entrance = createEntrance(store, live);
const onExpired = () => entrance.refused(4401);
const leader = createLeader();
const sound = createSound(leader.stand); // a tab that may not sound must not lead
const preferences = createPreferences(store, onExpired);
const desktop = createDesktop(store, { open: (id) => actions.open(id), accept: (id) => actions.accept(id) });
const actions = {
  ...createActions(store, { live, sound, preferences, desktop, onExpired }),
  previous: () => neighbour(-1), following: () => neighbour(1),
  choose: entrance.choose, logIn: entrance.logIn,
  leave() {
    actions.closeAllNow();
    entrance.leave();
  },
};

// Keeping the outside in step

const keepLoaded = createLoader(store, onExpired);
const keepSent = createSender(store, onExpired);
const keepUploading = createUploader(store, onExpired);
const keepStored = createStorage(draftedElsewhere, preferredElsewhere);
const keepTold = createNotices(store, { toast: actions.toast });
const keepRinging = createRinging(store, { sound, leader, desktop });
const keepBelled = createBelling(store, onExpired);
const keepHealth = createHealth(store);
const keepFresh = createRefreshing();
const keepDrafted = createDrafting(store, onExpired);
const keepBlobs = createBlobs(store, previewOf);
const keepQuick = createQuicking(store, onExpired);
const placing = createPlacing(store, (kept) => actions.keepOwn("filters", kept));

function keep(state) {
  keepLoaded(state);
  keepUploading(state);
  keepSent(state);
  keepStored(state);
  keepDrafted(state);
  keepBlobs(state);
  keepQuick(state);
  placing.keep(state);
  if (state.line.phase === "open") live.bindTo(watched(state));
  if (state.countsDoubtful) live.askSoon();
  markRead(state);
  keepTold(state);
  preferences.keep(state);
  keepRinging(state);
  desktop.keep(state);
  keepBelled(state);
  keepHealth(state);
  keepFresh(state);
}

/** Another tab of mine changed a draft. What is being typed here stays, unless it is what was sent there. */
function draftedElsewhere(mode, id, text, before) {
  const typing = store.state.selected === id && document.activeElement?.id === mode;
  const sent = !text && draftOf(store.state, mode, id) === before;
  if (!typing || sent) dispatch({ type: "draftMirrored", mode, id, text });
}

function preferredElsewhere(prefs) {
  for (const [name, value] of Object.entries(prefs)) dispatch({ type: "preferred", name, value });
}

/** The session we want to hear all of. */
function watched({ selected, sessions, me }) {
  const session = selected && sessions[selected];
  return session && me && mayWatch(session, me) ? selected : null;
}

/** What the holder has on her screen, down to the end, she has read. */
function markRead({ selected, sessions, me, reading, line, threads }) {
  const session = sessions[selected];
  if (!session?.unread || !isMine(session, me) || line.phase !== "open") return;
  const thread = threadOf({ threads }, selected);
  if (reading.visible && reading.atBottom && thread.phase === "ready") read(selected, lastSeq(thread), me);
}

// `me` is new with each line, and what was said on the last one may not have arrived
const read = whenChanged((sessionId, seq, me) => live.tell({ type: "read", sessionId, seq }));

// Showing

const PARTS = ["hint", "skew", "nav", "list", "thread", "panel", "overdue", "toasts", "announcer", "dialogs", "topbar"];
const parts = Object.fromEntries(PARTS.map((name) => [name, document.getElementById(name)]));
const list = mountList(parts.list, actions);
const views = [
  list, // first, since it looks at what is in view
  mountTopbar(parts.topbar, actions), mountNav(parts.nav, actions), mountHint(parts.hint, actions), mountSkew(parts.skew, actions),
  mountSearch(parts.list, actions),
  mountThread(parts.thread, actions), mountPanel(parts.panel, actions), mountOverdue(parts.overdue, actions),
  mountToasts(parts.toasts, actions), mountAnnouncer(parts.announcer),
  ...[
    mountEntrance, mountKeys, mountCommand, mountSettings, mountCarding, mountReleasing, mountTeaching, mountTagging,
    mountLightbox, mountCheckup, mountJoining, mountQuick, mountRaw, mountBlocking, mountTiming,
  ].map((mount) => mount(parts.dialogs, actions)),
  { update: createTitle() }, createPlaces(store),
];

function show(state) {
  const { lang, theme, density } = state.prefs;
  set(document.documentElement, { lang, "data-theme": theme, "data-density": density });
  set(document.body, { "data-open": state.selected ? "thread" : "list", "data-phase": state.auth.phase });
  for (const view of views) view.update(state);
}

// What comes from the browser

function neighbour(step) {
  const ids = list.ids();
  const place = ids.indexOf(store.state.selected);
  const next = ids[place < 0 ? (step > 0 ? 0 : ids.length - 1) : place + step];
  if (next) actions.open(next);
}

addEventListener("hashchange", placing.navigated);
for (const change of ["online", "offline"]) {
  addEventListener(change, () => {
    dispatch({ type: "online", online: navigator.onLine });
    live.probe();
  });
}
addEventListener("pageshow", live.probe);
addEventListener("pagehide", actions.closeAllNow);
document.addEventListener("visibilitychange", () => {
  dispatch({ type: "reading", visible: !document.hidden });
  if (!document.hidden) live.probe();
});
setInterval(() => dispatch({ type: "ticked", now: Date.now() }), 1000);
listenToKeys(store, actions);

const wide = matchMedia("(min-width: 1280px)"); // there is room for the customer panel beside the thread
const laidOut = () => dispatch({ type: "panel", wide: wide.matches, over: false });
wide.addEventListener("change", laidOut);

laidOut();
placing.navigated();
show(store.state);
entrance.start();
