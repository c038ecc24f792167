/* How she is told of what happens: tones, notices on her desktop, and of what. */

import { EVENTS, TIMBRES, notifyOf } from "../../state/alarms.js";
import { each, h, set } from "../parts/dom.js";

const HEADINGS = ["toneSettings", "desktopSettings", "eventSettings"];

export function notifySettings(actions) {
  const sound = check(() => actions.toggleSound());
  const volumeLabel = h("span");
  const volume = h("input", {
    type: "range", min: 0, max: 100, step: 10, on: { change: () => actions.notify({ volume: Number(volume.value) }) },
  });
  const timbreLabel = h("span");
  const timbre = h("select", { on: { change: () => actions.notify({ timbre: timbre.value }) } });
  const test = h("button", { type: "button", on: { click: () => actions.testTone() } });
  const tested = h("span", { class: "muted", role: "status" });
  const offDuty = check((on) => actions.notify({ quietOffDuty: on }));
  const ai = check((on) => actions.notify({ quietAi: on }));

  const allow = h("button", { type: "button", on: { click: () => actions.askDesktop() } });
  const allowed = h("p", { class: "settings-note" });
  const desktop = check((on) => actions.notify({ desktop: on }));
  const discreet = check((on) => actions.notify({ discreet: on }));

  const head = h("tr", {}, h("th", { scope: "col" }), h("th", { scope: "col" }), h("th", { scope: "col" }));
  const rows = h("tbody");
  const headings = HEADINGS.map(() => h("h3"));
  const element = h("div", { class: "settings-section" },
    headings[0], sound.element,
    h("div", { class: "settings-line" },
      h("label", {}, volumeLabel, volume), h("label", {}, timbreLabel, timbre), test, tested),
    offDuty.element, ai.element,
    headings[1], allowed, h("div", { class: "settings-line" }, allow), desktop.element, discreet.element,
    headings[2], h("table", { class: "settings-events" }, h("thead", {}, head), rows));

  const makeRow = ({ name }) => {
    const what = h("th", { scope: "row" });
    const cells = ["sound", "desktop"].map((way) => {
      const box = h("input", { type: "checkbox", on: { change: () => actions.notifyOf(name, way, box.checked) } });
      return { way, box, cell: h("td", {}, EVENTS[name][way] === undefined ? null : box) };
    });
    return {
      element: h("tr", {}, what, ...cells.map(({ cell }) => cell)),
      update({ how, w }) {
        set(what, { text: w(`events.${name}`) });
        for (const { way, box } of cells) {
          box.checked = Boolean(how.events[name][way]);
          set(box, { "aria-label": `${w(`events.${name}`)} · ${w(`ways.${way}`)}` });
        }
      },
    };
  };

  return {
    element,
    update(state, w) {
      const how = notifyOf(state.own);
      HEADINGS.forEach((key, index) => set(headings[index], { text: w(key) }));
      sound.update(w("soundHere"), state.prefs.sound);
      set(volumeLabel, { text: w("volume") });
      if (document.activeElement !== volume) volume.value = how.volume;
      set(timbreLabel, { text: w("timbre") });
      each(timbre, TIMBRES, (each) => each, (value) => {
        const element = h("option", { value });
        return { element, update: () => set(element, { text: w(`timbres.${value}`) }) };
      });
      timbre.value = how.timbre;
      set(test, { text: w("toneTest") });
      set(tested, { text: state.tone === "silent" ? w("toneSilent") : "" });
      offDuty.update(w("quietOffDuty"), how.quietOffDuty);
      ai.update(w("quietAi"), how.quietAi);
      set(allowed, { text: w(`desktopPhases.${state.desktop}`, { origin: location.origin }) });
      set(allow, { text: w("desktopAllow"), hidden: state.desktop !== "default" });
      desktop.update(w("desktopOn"), how.desktop && state.desktop === "granted", state.desktop !== "granted");
      discreet.update(w("discreet"), how.discreet, state.desktop !== "granted");
      [...head.children].forEach((cell, index) => set(cell, { text: ["", w("ways.sound"), w("ways.desktop")][index] }));
      each(rows, Object.keys(EVENTS).map((name) => ({ name, how, w })), ({ name }) => name, makeRow);
    },
  };
}

/** A checkbox with its words. */
function check(act) {
  const box = h("input", { type: "checkbox", on: { change: () => act(box.checked) } });
  const text = h("span");
  return {
    element: h("label", { class: "settings-check" }, box, text),
    update(words, on, disabled = false) {
      box.checked = on;
      set(box, { disabled });
      set(text, { text: words });
    },
  };
}
