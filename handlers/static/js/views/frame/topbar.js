/* The bar on top: what this is, how the line is, sound, help, and my menu. */

import { h, set } from "../parts/dom.js";
import { changingIcon, icon } from "../parts/icons.js";
import { lineState } from "../../state/state.js";
import { mayExamine } from "../../state/rights.js";
import { LANGUAGES, words } from "../../texts/texts.js";
import { menu } from "../parts/menu.js";

export function mount(element, actions) {
  const product = h("h1", { class: "product-name" });
  const dot = h("span", { class: "pill-dot" });
  const pillText = h("span");
  const pillAct = h("button", { type: "button", class: "pill-act", on: { click: () => act?.() } });
  const pill = h("div", { class: "pill" }, dot, pillText, pillAct);
  const bell = changingIcon("bell");
  const sound = h("button", { type: "button", class: "icon-button", on: { click: () => toggleSound() } }, bell.element);
  const find = h("button", { type: "button", class: "icon-button", on: { click: () => actions.search() } }, icon("search"));
  const help = h("button", {
    type: "button", class: "icon-button help-button", on: { click: () => actions.help(true) },
  }, icon("help"));
  const mine = menu("quiet");
  element.append(
    h("div", { class: "product" }, h("span", { class: "mark", text: "CCS", "aria-hidden": "true" }), product),
    h("div", { class: "spacer" }), pill, find, sound, help, mine.element,
  );
  let act = null;
  let toggleSound = () => {};

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
      set(find, { "aria-label": w("searching.title"), title: `${w("searching.title")} (Ctrl+Shift+F)`, hidden: !state.me });
      const on = state.prefs.sound;
      bell.update(on ? "bell" : "bellOff");
      const ringing = w(on ? "soundOn" : "soundOff");
      set(sound, { "aria-pressed": String(on), "aria-label": ringing, title: ringing });
      toggleSound = () => actions.prefer("sound", !on);
      set(help, { "aria-label": w("help"), title: `${w("help")} (?)` });
      mine.update({ text: state.me?.name ?? "", hidden: !state.me, items: items(state, w, actions) });
    },
  };
}

function items({ prefs, me, auth }, w, actions) {
  if (!me) return [];
  const choose = (name, options) => Object.entries(options).map(([value, text]) => ({
    key: `${name}-${value}`, text, checked: prefs[name] === value, act: () => actions.prefer(name, value),
  }));
  const named = (group, values) => Object.fromEntries(values.map((value) => [value, w(`${group}.${value}`)]));
  return [
    { key: "who", heading: `${me.name} · ${w(`roles.${me.role}`)}` },
    ...(mayExamine(me, auth) ? [{ key: "checkup", text: w("checkup"), act: actions.checkUp }] : []),
    ...(mayExamine(me, auth) ? [{ key: "export", text: w("exportFeedback"), act: actions.exportFeedback }] : []),
    { key: "leave", text: w(auth.required ? "logout" : "switchIdentity"), act: actions.leave },
    { key: "lang", heading: w("language") }, ...choose("lang", LANGUAGES),
    { key: "theme", heading: w("theme") }, ...choose("theme", named("themes", ["system", "light", "dark"])),
    { key: "density", heading: w("density") },
    ...choose("density", named("densities", ["comfortable", "compact"])),
  ];
}
