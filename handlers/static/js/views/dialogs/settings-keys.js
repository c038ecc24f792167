/* Her keys: each command's, changed by pressing another, and told when that one is somebody's already. */

import { isMac } from "../../actions/keys.js";
import { COMMANDS, conflict, exists, keyOf, keysOf } from "../../state/commands.js";
import { commandText } from "../../texts/texts.js";
import { each, h, set } from "../parts/dom.js";
import { keycaps } from "../parts/keycaps.js";

const KEY_OF_INPUT_METHOD = 229;

export function keySettings(actions) {
  const note = h("p", { class: "settings-note" });
  const rows = h("ul", { class: "key-list" });
  const restore = h("button", { type: "button", on: { click: () => actions.restoreKeys(null) } });
  const element = h("div", { class: "settings-section" }, note, rows, restore);
  let asked = null; // {id, key, fault}: which command waits for a key, and what stands against the one pressed
  let latest = null;

  function ask(next) {
    asked = next;
    view.update(...latest);
  }

  function pressed(event, id) {
    if (asked?.id !== id || asked.fault?.kind === "taken" || event.key === "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") {
      ask(null);
      return;
    }
    const key = event.keyCode === KEY_OF_INPUT_METHOD ? null : keyOf(event, isMac());
    if (!key) return;
    const fault = conflict(latest[0].own, id, key);
    if (fault) ask({ id, key, fault });
    else bind(id, key);
  }

  function bind(id, key) {
    asked = null;
    actions.bindKey(id, key);
    view.update(...latest);
  }

  const make = ({ command: { id } }) => {
    const what = h("span", { class: "key-what" });
    const shown = h("span");
    const left = () => asked?.id === id && !asked.fault && ask(null);
    const button = h("button", {
      type: "button", class: "key-button",
      on: { click: () => ask({ id }), keydown: (event) => pressed(event, id), blur: left },
    }, shown);
    const said = h("span", { class: "error", role: "alert" });
    const replace = h("button", { type: "button", on: { click: () => bind(id, asked.key) } });
    const usual = h("button", { type: "button", class: "quiet", on: { click: () => actions.restoreKeys(id) } });
    let showing = null;
    return {
      element: h("li", {}, what, said, replace, usual, button),
      update({ command, state, w }) {
        const mine = asked?.id === id ? asked : null;
        const keys = keysOf(state.own, command);
        const text = commandText(w, command, state);
        set(what, { text });
        const face = mine && !mine.fault ? w("pressKey") : mine?.key ?? keys.join(" / ");
        if (showing !== face) {
          shown.replaceChildren(...(mine && !mine.fault ? [w("pressKey")]
            : (mine ? [mine.key] : keys).flatMap((key, index) => [index ? " / " : "", keycaps(key)])));
          if (!shown.childNodes.length) shown.append(w("noKey"));
        }
        showing = face;
        set(button, { "data-asking": Boolean(mine && !mine.fault), "aria-label": w("changeKeyOf", { text }) });
        set(said, { text: mine?.fault ? faultText(mine.fault, state, w) : "" });
        set(replace, { text: w("replaceKey"), hidden: mine?.fault?.kind !== "taken" });
        set(usual, { text: w("usualKey"), hidden: Boolean(mine) || keys.join() === command.keys.join() });
      },
    };
  };

  const view = {
    element,
    update(state, w) {
      latest = [state, w];
      set(note, { text: w("keysNote") });
      set(restore, { text: w("usualKeys"), disabled: !state.own.keys });
      const commands = COMMANDS.filter((each) => exists(each, actions));
      each(rows, commands.map((command) => ({ command, state, w })), ({ command }) => command.id, make);
    },
  };
  return view;
}

function faultText({ kind, by }, state, w) {
  if (kind !== "taken") return w(`keyFaults.${kind}`);
  return w("keyFaults.taken", { text: commandText(w, COMMANDS.find(({ id }) => id === by), state) });
}
