/* How the page looks on this screen: language, theme, density. */

import { LANGUAGES } from "../../texts/texts.js";
import { each, h, set } from "../parts/dom.js";

const CHOICES = {
  theme: ["system", "light", "dark"], density: ["comfortable", "compact"], lang: Object.keys(LANGUAGES),
};
const GROUPS = { theme: "themes", density: "densities" };

export function lookSettings(actions) {
  const note = h("p", { class: "settings-note" });
  const groups = h("div");
  const element = h("div", { class: "settings-section" }, groups, note);

  const makeChoice = ({ name, value }) => {
    const prefer = () => actions.prefer(name, value);
    const radio = h("input", { type: "radio", name: `look-${name}`, on: { change: prefer } });
    const text = h("span");
    return {
      element: h("label", { class: "settings-check" }, radio, text),
      update({ prefs, w }) {
        radio.checked = prefs[name] === value;
        set(text, { text: GROUPS[name] ? w(`${GROUPS[name]}.${value}`) : LANGUAGES[value] });
      },
    };
  };

  const makeGroup = () => {
    const legend = h("legend");
    const choices = h("div", { class: "settings-line" });
    return {
      element: h("fieldset", {}, legend, choices),
      update({ name, prefs, w }) {
        set(legend, { text: w(name === "lang" ? "language" : name) });
        each(choices, CHOICES[name].map((value) => ({ name, value, prefs, w })), ({ value }) => value, makeChoice);
      },
    };
  };

  return {
    element,
    update({ prefs }, w) {
      set(note, { text: w("lookNote") });
      each(groups, Object.keys(CHOICES).map((name) => ({ name, prefs, w })), ({ name }) => name, makeGroup);
    },
  };
}
