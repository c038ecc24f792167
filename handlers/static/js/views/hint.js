/* The bar of a first run: no tone was heard in this browser yet. It goes with the test, or when sound is not wanted. */

import { h, set } from "../dom.js";
import { icon } from "../icons.js";
import { words } from "../texts.js";

export function mount(element, actions) {
  const text = h("span");
  const test = h("button", { type: "button", class: "plain", on: { click: actions.testTone } });
  const mute = h("button", { type: "button", class: "quiet", on: { click: () => actions.prefer("sound", false) } });
  element.append(icon("bell"), text, test, mute);
  return {
    update({ prefs, auth }) {
      const w = words(prefs.lang);
      element.hidden = auth.phase !== "in" || !prefs.sound || prefs.heardTone;
      set(text, { text: w("toneHint") });
      set(test, { text: w("toneTest") });
      set(mute, { text: w("toneMute") });
    },
  };
}
