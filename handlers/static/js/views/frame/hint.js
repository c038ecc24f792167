/*
 * The bar of a first run: no tone was heard in this browser yet. A page cannot know whether a loudspeaker is on, so who
 * tries it is asked; the bar goes for good once she heard it, or wants none.
 */

import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { words } from "../../texts/texts.js";

export function mount(element, actions) {
  const text = h("span", { "aria-live": "polite" });
  const heard = h("button", { type: "button", class: "primary", on: { click: actions.heardTone } });
  const test = h("button", { type: "button", class: "plain", on: { click: () => actions.testTone() } });
  const mute = h("button", { type: "button", class: "quiet", on: { click: () => actions.prefer("sound", false) } });
  element.append(icon("bell"), text, heard, test, mute);
  return {
    update({ prefs, auth, tone }) {
      const w = words(prefs.lang);
      element.hidden = auth.phase !== "in" || !prefs.sound || prefs.heardTone;
      set(text, { text: w({ asked: "toneAsk", silent: "toneSilent" }[tone] ?? "toneHint") });
      set(heard, { text: w("toneHeard"), hidden: tone !== "asked" });
      set(test, { text: w(tone ? "toneAgain" : "toneTest") });
      set(mute, { text: w("toneMute") });
    },
  };
}
