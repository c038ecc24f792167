/* The hint of a first run: no tone was heard in this browser yet. It goes for good with the first, or if none is wanted. */

import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { words } from "../../texts/texts.js";

export function mount(element, actions) {
  const text = h("span");
  const test = h("button", { type: "button", class: "plain", on: { click: actions.testTone } });
  const mute = h("button", { type: "button", class: "quiet", on: { click: () => actions.prefer("sound", false) } });
  element.append(icon("bell"), text, test, mute);
  return {
    update({ prefs, auth }) {
      const w = words(prefs.lang);
      element.hidden = auth.phase !== "in" || !prefs.sound || prefs.heardTone;
      set(element, { title: w("toneHint") });
      set(text, { text: w("toneHint") });
      set(test, { text: w("toneTest") });
      set(mute, { text: w("toneMute") });
    },
  };
}
