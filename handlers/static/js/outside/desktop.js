/*
 * Notices on the desktop, for who looks at another window and at no other tab of ours. A browser shows them only for
 * pages that came securely, and asks the agent once, after a click of hers. One per session: a newer takes the place of
 * the older, also another tab's. A click brings the page to the front and opens the session; a button, which takes a
 * service worker to show, does what it says there. What is over or seen is taken away.
 */

import { isMoot } from "../state/moot.js";
import { isMine } from "../state/rights.js";

const NOTIFIER = "/static/js/outside/notifier.js"; // without a version: it outlives the page that brings it
const PATIENCE = 120; // ms for another tab to say that she looks at it
const MEANT = 60_000; // ms for which a click waits until she has logged in

/** `actions` are `{open, accept}`. */
export function createDesktop(store, actions) {
  const tell = () => store.dispatch({ type: "desktop", phase: phase() });
  const others = window.BroadcastChannel ? new BroadcastChannel("ccs.looked-at") : null;
  const shown = new Map(); // tag → what a notice of this tab is about, `{event, id, csId, at}`
  const simple = new Map(); // tag → the notice itself, where it is the page's
  let lookedAt = false;
  let clicked = null;
  let notifier = null; // a promise of its registration, or of null where there can be none
  let turn = Promise.resolve();
  tell();
  others?.addEventListener("message", ({ data }) => {
    if (data === "here") lookedAt = true;
    else if (document.hasFocus()) others.postMessage("here");
  });
  navigator.permissions?.query({ name: "notifications" }).then((permission) => {
    permission.addEventListener("change", tell);
  }).catch(() => {}); // a browser that does not tell
  navigator.serviceWorker?.addEventListener("message", ({ data }) => {
    clicked = { ...data, until: Date.now() + MEANT };
    heed(store.state);
  });
  if (phase() === "granted") registered();
  sayAlone();
  addEventListener("pagehide", sayAlone);

  return {
    /** Only from a click. */
    async ask() {
      if (phase() === "default") await Notification.requestPermission();
      tell();
    },
    /** `about` is `{event, id}`; with `id` a click opens that session. `buttons` are `[{action, title}]`. */
    async show({ tag, title, body, about, buttons = [] }) {
      if (phase() !== "granted" || document.hasFocus()) return;
      const told = { ...about, csId: store.state.me.csId, at: Date.now() };
      lookedAt = false;
      others?.postMessage("anybody?");
      await new Promise((resolve) => setTimeout(resolve, PATIENCE));
      if (lookedAt || isMoot(told, store.state, document.hasFocus())) return;
      shown.set(tag, told);
      inTurn(() => put(tag, title, body, told, buttons));
    },
    keep(state) {
      heed(state);
      for (const [tag, told] of shown) {
        if (!isMoot(told, state, document.hasFocus())) continue;
        shown.delete(tag);
        inTurn(() => takeAway(tag));
      }
    },
  };

  /** So that what is to be taken away is there by then. */
  function inTurn(act) {
    turn = turn.then(act).catch(() => {}); // a browser that changed its mind
  }

  async function put(tag, title, body, { id = null, csId, at }, buttons) {
    const registration = await registered();
    const data = { id, csId, at };
    try {
      if (registration) {
        await registration.showNotification(title, { body, tag, silent: true, data, actions: buttons });
        return;
      }
    } catch {
      notifier = null; // gone with all that the browser kept for us; it comes again with the next notice
    }
    const notice = new Notification(title, { body, tag, silent: true });
    simple.set(tag, notice);
    notice.onclick = () => {
      window.focus();
      if (id) actions.open(id);
      notice.close();
    };
  }

  async function takeAway(tag) {
    simple.get(tag)?.close();
    simple.delete(tag);
    const registration = await notifier;
    for (const notice of await registration?.getNotifications({ tag }) ?? []) notice.close();
  }

  function registered() {
    notifier ??= register().catch(() => null); // plain http, a private window, a certificate that nobody vouches for
    return notifier;
  }

  /** At its end, and at its beginning, since one may have ended without a word. Whether it is so the worker knows. */
  function sayAlone() {
    const alone = Date.now();
    notifier?.then((registration) => registration?.active.postMessage({ alone }));
  }

  /** Does what was clicked on a notice, once it is known who sits here. Whom it was not shown to does nothing. */
  function heed({ auth, me, sessions }) {
    if (!clicked || auth.phase !== "in") return;
    const { id, csId, act, until } = clicked;
    clicked = null;
    if (!id || csId !== me.csId || Date.now() > until) return;
    const has = sessions[id] && isMine(sessions[id], me);
    if (act === "accept" && !has) actions.accept(id);
    else actions.open(id);
  }
}

async function register() {
  const registration = await navigator.serviceWorker.register(NOTIFIER);
  const coming = registration.installing ?? registration.waiting;
  if (!registration.active) await new Promise((resolve, reject) => {
    coming.addEventListener("statechange", () => {
      if (coming.state === "activated") resolve();
      if (coming.state === "redundant") reject(new Error("not installed"));
    });
  });
  return registration;
}

function phase() {
  if (!window.isSecureContext) return "insecure";
  if (!("Notification" in window)) return "missing";
  return Notification.permission;
}
