/*
 * What concerned her while she looked elsewhere or was away: mentions, sessions that changed hands, replies that failed.
 * To open it is to see all of it; what was new then is marked as long as it is open.
 */

import { unseenOnTheBell } from "../../state/bell.js";
import { agentName, customerName, serverNow } from "../../state/state.js";
import { each, h, set } from "../parts/dom.js";
import { changingIcon } from "../parts/icons.js";
import { popover } from "../parts/popover.js";

export function bell(actions) {
  const face = changingIcon("bell");
  const count = h("span", { class: "badge bell-count", hidden: true });
  const { element, button, panel, close } = popover("icon-button bell-button", [face.element, count], {
    onOpen: () => opened(),
  });
  const title = h("h2", { class: "popover-title" });
  const sound = h("button", { type: "button", class: "quiet", on: { click: actions.toggleSound } });
  const none = h("p", { class: "muted popover-none" });
  const list = h("ul", { class: "bell-list" });
  const settings = () => then(actions.openSettings, "notify");
  const more = h("button", { type: "button", class: "quiet", on: { click: settings } });
  panel.append(title, list, none, h("div", { class: "popover-foot" }, sound, more));

  let latest = null;
  let fresh = new Set(); // ids of what was new when she opened it, or came since

  function then(act, what) {
    close();
    act(what);
  }

  const make = ({ entry: { sessionId } }) => {
    const what = h("span", { class: "bell-what" });
    const when = h("time", { class: "muted" });
    const element = h("li", {}, h("button", {
      type: "button", class: "quiet bell-entry", on: { click: () => then(actions.open, sessionId) },
    }, what, when));
    return {
      element,
      update({ entry: { kind, at, text = "" }, name, by, isNew, now, w }) {
        set(element, { "data-kind": kind, "data-new": isNew });
        set(what, { text: w(`bell.${kind}`, { name, by, text }) });
        set(when, { text: w.brief(at, now) });
      },
    };
  };

  return {
    element,
    update(state, w) {
      element.hidden = !state.me;
      const on = state.prefs.sound;
      const n = unseenOnTheBell(state).length;
      face.update(on ? "bell" : "bellOff");
      const quiet = `${w("bellTitle")} · ${w(on ? "soundOn" : "soundOff")}`;
      set(button, { "aria-label": n ? w("bellNew", { n }) : quiet, title: w("bellTitle") });
      set(count, { text: n > 99 ? "99+" : String(n || ""), hidden: !n });
      latest = [state, w];
      if (!panel.hidden) fill(state, w);
    },
  };

  function opened() {
    fresh = new Set();
    fill(...latest);
  }

  function fill(state, w) {
    const on = state.prefs.sound;
    const { entries } = state.bell;
    set(panel, { "aria-label": w("bellTitle") });
    set(title, { text: w("bellTitle") });
    set(sound, { text: w(on ? "soundOn" : "soundOff"), "aria-pressed": String(on) });
    set(more, { text: w("notifySettings") });
    set(none, { text: w("bellNone"), hidden: entries.length > 0 });
    const unseen = unseenOnTheBell(state).map(({ id }) => id);
    for (const id of unseen) fresh.add(id);
    each(list, entries.map((entry) => itemOf(entry, state, w)), ({ entry }) => entry.id, make);
    if (unseen.length) queueMicrotask(() => actions.seeBell(unseen));
  }

  function itemOf(entry, state, w) {
    const session = state.sessions[entry.sessionId];
    return {
      entry, w, now: serverNow(state), isNew: fresh.has(entry.id), by: agentName(state, entry.by),
      name: session ? customerName(session) : entry.customerName,
    };
  }
}
