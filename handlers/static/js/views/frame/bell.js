/* What concerned her while she looked elsewhere: mentions, sessions that changed hands, replies that failed. */

import { unseenOnTheBell } from "../../state/bell.js";
import { agentName, serverNow } from "../../state/state.js";
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

  function then(act, what) {
    close();
    act(what);
  }

  const make = ({ entry: { id } }) => {
    const what = h("span", { class: "bell-what" });
    const when = h("time", { class: "muted" });
    const element = h("li", {}, h("button", {
      type: "button", class: "quiet bell-entry", on: { click: () => then(actions.open, id) },
    }, what, when));
    return {
      element,
      update({ entry, by, now, w }) {
        set(element, { "data-kind": entry.kind });
        const { name, text = "", reason = "" } = entry;
        set(what, { text: w(`bell.${entry.kind}`, { name, by, text, reason }) });
        set(when, { text: w.brief(entry.at, now) });
      },
    };
  };

  return {
    element,
    update(state, w) {
      element.hidden = !state.me;
      const on = state.prefs.sound;
      const n = unseenOnTheBell(state);
      face.update(on ? "bell" : "bellOff");
      const quiet = `${w("bellTitle")} · ${w(on ? "soundOn" : "soundOff")}`;
      set(button, { "aria-label": n ? w("bellNew", { n }) : quiet, title: w("bellTitle") });
      set(count, { text: n > 99 ? "99+" : String(n || ""), hidden: !n });
      latest = [state, w];
      if (!panel.hidden) fill(state, w);
    },
  };

  function opened() {
    actions.seeBell();
    fill(...latest);
  }

  function fill(state, w) {
    const on = state.prefs.sound;
    set(panel, { "aria-label": w("bellTitle") });
    set(title, { text: w("bellTitle") });
    set(sound, { text: w(on ? "soundOn" : "soundOff"), "aria-pressed": String(on) });
    set(more, { text: w("notifySettings") });
    const entries = [...state.bell].reverse();
    set(none, { text: w("bellNone"), hidden: entries.length > 0 });
    const byOf = ({ by, id }) => agentName(state, by ?? state.sessions[id]?.manualCsId);
    each(list, entries.map((entry) => ({ entry, w, now: serverNow(state), by: byOf(entry) })),
      ({ entry }) => `${entry.serial}:${entry.kind}`, make);
    if (unseenOnTheBell(state)) queueMicrotask(actions.seeBell); // what comes while she looks at it
  }
}
