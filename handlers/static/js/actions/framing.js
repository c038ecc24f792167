/* What an agent can do with the frame: do things by name, say how she wants to be told, and that she is off duty. */

import { rebound, restored } from "../state/commands.js";
import { notifyOf } from "../state/alarms.js";
import { LANGUAGES } from "../texts/texts.js";

const LOOKS = { theme: ["system", "light", "dark"], density: ["comfortable", "compact"], lang: Object.keys(LANGUAGES) };

export function createFraming(store, { sound, preferences, desktop }) {
  const { dispatch } = store;
  const next = (name) => {
    const values = LOOKS[name];
    framing.prefer(name, values[(values.indexOf(store.state.prefs[name]) + 1) % values.length]);
  };
  const keepOwn = (name, value) => preferences.keepOwn(name, value);

  const framing = {
    keepOwn,
    prefer: (name, value) => dispatch({ type: "preferred", name, value }),
    commandBar: (open) => dispatch({ type: "command", open }),
    openSettings: (section) => dispatch({ type: "settings", open: true, ...(section ? { section } : {}) }),
    closeSettings: () => dispatch({ type: "settings", open: false }),
    seeBell: (ids) => dispatch({ type: "bellSeen", ids }),
    refreshPage: () => location.reload(),

    /** Opens the menu that stands in the head; whom to is chosen there. */
    transferCurrent: () => document.querySelector("#thread .transfer:enabled")?.click(),
    toggleDuty: () => keepOwn("duty", store.state.own.duty === "off" ? "on" : "off"),
    toggleSound: () => framing.prefer("sound", !store.state.prefs.sound),
    nextTheme: () => next("theme"),
    nextDensity: () => next("density"),
    nextLanguage: () => next("lang"),

    /** Only who heard it is not asked again: a page cannot know whether the loudspeaker is on. */
    async testTone(kind = "ring") {
      const sounded = await sound.play(kind, notifyOf(store.state.own));
      dispatch({ type: "toneTried", sounded });
      return sounded;
    },
    heardTone: () => framing.prefer("heardTone", true),
    askDesktop: () => desktop.ask(),
    /** `change` is of `own.notify`; what is told of one event lies under `events`. */
    notify(change) {
      const { notify = {} } = store.state.own;
      keepOwn("notify", { ...notify, ...change });
    },
    notifyOf(event, way, on) {
      const { notify = {} } = store.state.own;
      framing.notify({ events: { ...notify.events, [event]: { ...notify.events?.[event], [way]: on } } });
    },

    bindKey: (id, key) => keepOwn("keys", rebound(store.state.own, id, key)),
    restoreKeys: (id) => keepOwn("keys", id ? restored(store.state.own, id) : null),
  };
  return framing;
}
