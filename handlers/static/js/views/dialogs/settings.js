/* What an agent may have her own way: how she is told, her keys, how the page looks. What she changes holds at once. */

import { words } from "../../texts/texts.js";
import { each, h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { keySettings } from "./settings-keys.js";
import { lookSettings } from "./settings-look.js";
import { notifySettings } from "./settings-notify.js";

const SECTIONS = { notify: notifySettings, keys: keySettings, look: lookSettings };

export function mount(element, actions) {
  const title = h("h2", { id: "settings-title" });
  const close = h("button", { type: "button", class: "icon-button", on: { click: shut } }, icon("close"));
  const tabs = h("div", { class: "settings-tabs", role: "tablist", on: { keydown: move } });
  const panel = h("div", { class: "settings-panel", role: "tabpanel", id: "settings-panel", tabindex: 0 });
  const dialog = h("dialog", {
    class: "settings", "aria-labelledby": "settings-title", on: { cancel: shut, close: shut },
  }, h("header", { class: "settings-head" }, title, close), h("div", { class: "settings-body" }, tabs, panel));
  element.append(dialog);
  const views = {};
  let shown = null;

  /** Told before the dialog is closed, or a frame between the two would open it again. */
  function shut() {
    actions.closeSettings();
  }

  function move(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const all = [...tabs.children];
    const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
    event.preventDefault();
    next.focus();
    next.click();
  }

  const makeTab = ({ name }) => {
    const element = h("button", {
      type: "button", role: "tab", class: "settings-tab", id: `settings-${name}`, "aria-controls": "settings-panel",
      on: { click: () => actions.openSettings(name) },
    });
    return {
      element,
      update: ({ text, on }) => set(element, { text, "aria-selected": String(on), tabindex: on ? 0 : -1 }),
    };
  };

  return {
    update(state) {
      const { open, section } = state.settings;
      if (!open) {
        if (dialog.open) dialog.close();
        return;
      }
      const w = words(state.prefs.lang);
      set(title, { text: w("settings") });
      set(close, { "aria-label": w("closeHelp") });
      each(tabs, Object.keys(SECTIONS).map((name) => ({ name, text: w(`settingsOf.${name}`), on: name === section })),
        ({ name }) => name, makeTab);
      set(panel, { "aria-labelledby": `settings-${section}` });
      views[section] ??= SECTIONS[section](actions);
      if (shown !== section) panel.replaceChildren(views[section].element);
      shown = section;
      views[section].update(state, w);
      if (!dialog.open) {
        dialog.showModal();
        tabs.querySelector("[aria-selected=true]").focus();
      }
    },
  };
}
