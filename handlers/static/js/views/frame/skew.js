/* The server has a newer page. It is offered, and never forced under somebody who works. */

import { isOld } from "../../state/version.js";
import { words } from "../../texts/texts.js";
import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";

export function mount(element, actions) {
  const text = h("span");
  const now = h("button", { type: "button", class: "plain", on: { click: actions.refreshPage } });
  element.append(icon("spark"), text, now);
  return {
    update(state) {
      const w = words(state.prefs.lang);
      element.hidden = !isOld(state);
      set(text, { text: w("newVersion") });
      set(now, { text: w("refreshNow") });
    },
  };
}
