/* The bar on top: what this is, the channels, finding, whether I am on duty, the line, the bell, my menu. */

import { isMac } from "../../actions/keys.js";
import { isOffDuty } from "../../state/alarms.js";
import { commandOf, keysOf, shownKey } from "../../state/commands.js";
import { mayExamine } from "../../state/rights.js";
import { lineState } from "../../state/state.js";
import { LANGUAGES, words } from "../../texts/texts.js";
import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { menu } from "../parts/menu.js";
import { bell } from "./bell.js";
import { health } from "./health.js";
import { HAS_ROOM, navigation } from "./nav.js";

export function mount(element, actions) {
  const product = h("h1", { class: "product-name" });
  const dot = h("span", { class: "pill-dot" });
  const pillText = h("span", { class: "pill-text" });
  const pillAct = h("button", { type: "button", class: "pill-act", on: { click: () => act?.() } });
  const pill = h("div", { class: "pill" }, dot, pillText, pillAct);
  const findText = h("span", { class: "find-text" });
  const findKey = h("kbd", { "aria-hidden": "true" });
  const find = h("button", { type: "button", class: "find", on: { click: () => actions.commandBar(true) } },
    icon("search"), findText, findKey);
  const lens = h("button", { type: "button", class: "icon-button lens", on: { click: () => actions.search() } },
    icon("search"));
  const channels = health(actions);
  const duty = menu("quiet duty");
  const ringer = bell(actions);
  const mine = menu("quiet mine");
  element.append(
    h("div", { class: "product" }, h("span", { class: "mark", text: "CCS", "aria-hidden": "true" }), product),
    channels.element, h("div", { class: "spacer" }), find, h("div", { class: "spacer" }), lens,
    duty.element, pill, ringer.element, mine.element,
  );
  let act = null;

  function line(state, w) {
    const kind = lineState(state);
    const seconds = Math.ceil((state.line.retryAt - state.now) / 1000);
    const waits = kind === "reconnecting" && state.line.phase === "waiting" && seconds > 0;
    const opening = kind === "stale" && state.line.phase === "open" && !state.line.pongAt;
    const text = {
      ok: () => w("lineOk"),
      offline: () => w("lineOffline"),
      stale: () => (opening ? w("lineConnecting") : w("lineStale")),
      reconnecting: () => (waits ? w("lineWaiting", { n: seconds }) : w("lineConnecting")),
    }[kind]();
    act = { stale: actions.refresh, reconnecting: actions.reconnect }[kind] ?? null;
    set(pill, { "data-line": kind, hidden: !state.me });
    set(pillText, { text });
    const acts = (kind === "stale" && !opening) || waits;
    set(pillAct, { text: acts ? w(kind === "stale" ? "refresh" : "retryNow") : "", hidden: !acts });
  }

  return {
    update(state) {
      const w = words(state.prefs.lang);
      set(product, { text: w("product") });
      line(state, w);
      channels.update(state, w);
      ringer.update(state, w);
      set(find, { hidden: !state.me, "aria-label": w("find"), title: w("find") });
      set(findText, { text: w("find") });
      set(lens, { hidden: !state.me, "aria-label": w("searching.title"), title: w("searching.title") });
      const [key] = keysOf(state.own, commandOf("bar"));
      set(findKey, { hidden: !key, text: key ? shownKey(key, isMac()).flat().join(" ") : "" });
      const off = isOffDuty(state);
      set(duty.element, { "data-duty": off ? "off" : "on" });
      duty.update({
        text: w(off ? "dutyOff" : "dutyOn"), hidden: !state.me, title: w("dutyHint"),
        items: () => ["on", "off"].map((each) => ({
          key: each, text: w(each === "off" ? "dutyOffLong" : "dutyOn"), checked: (each === "off") === off,
          act: () => actions.keepOwn("duty", each),
        })),
      });
      mine.update({ text: state.me?.name ?? "", hidden: !state.me, items: () => items(state, w, actions) });
    },
  };
}

function items(state, w, actions) {
  const { prefs, me, auth } = state;
  if (!me) return [];
  const choose = (name, options) => Object.entries(options).map(([value, text]) => ({
    key: `${name}-${value}`, text, checked: prefs[name] === value, act: () => actions.prefer(name, value),
  }));
  const named = (group, values) => Object.fromEntries(values.map((value) => [value, w(`${group}.${value}`)]));
  return [
    { key: "who", heading: `${me.name} · ${w(`roles.${me.role}`)}` },
    ...(HAS_ROOM.matches ? [] : navigation(state, w, actions)),
    ...(mayExamine(me, auth) ? [{ key: "export", text: w("exportFeedback"), act: actions.exportFeedback }] : []),
    { key: "leave", text: w(auth.required ? "logout" : "switchIdentity"), act: actions.leave },
    { key: "lang", heading: w("language") }, ...choose("lang", LANGUAGES),
    { key: "theme", heading: w("theme") }, ...choose("theme", named("themes", ["system", "light", "dark"])),
    { key: "density", heading: w("density") },
    ...choose("density", named("densities", ["comfortable", "compact"])),
  ];
}
