/* The tags of one session, or of several that were ticked: taken away by their cross, added by a word or from the usual. */

import { each, h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { tag as pill } from "../parts/tag.js";
import { LONGEST_TAG, tagsOf, tagsToOffer } from "../../state/people.js";
import { customerName } from "../../state/state.js";
import { words } from "../../texts/texts.js";

const OFFERED = 12;
const KEY_OF_INPUT_METHOD = 229;

export function mount(element, actions) {
  const title = h("h2", { id: "tagging-title" });
  const present = h("ul", { class: "tags" });
  const name = h("span", { class: "asking-label" });
  const text = h("input", { type: "text", maxlength: LONGEST_TAG + 1, autocomplete: "off", on: { keydown } });
  const offered = h("div", { class: "tags tags-offered", role: "group" });
  const done = h("button", { type: "button", class: "primary", on: { click: shut } });
  const form = h("form", { class: "asking-form", on: { submit } }, title, present,
    h("label", { class: "asking-field" }, name, text), offered, h("div", { class: "asking-foot" }, done));
  const dialog = h("dialog", {
    class: "asking", "aria-labelledby": "tagging-title", on: { cancel: shut, close: shut },
  }, form);
  element.append(dialog);

  function shut() {
    actions.askTags(null);
  }

  let ids = null;

  /** While an input method composes, Enter belongs to it. */
  function keydown(event) {
    const composing = event.isComposing || event.keyCode === KEY_OF_INPUT_METHOD;
    if (event.key === "Enter" && composing) event.preventDefault();
  }

  function submit(event) {
    event.preventDefault();
    const tag = text.value.trim().replace(/^#+/, "").slice(0, LONGEST_TAG);
    text.value = "";
    if (tag) add(tag);
  }

  const add = (tag) => actions.tagMany(ids, { add: [tag] });

  function open() {
    text.value = "";
    dialog.showModal();
    text.focus();
    actions.offerTags();
  }

  const make = ({ tag }) => {
    const cross = h("button", {
      type: "button", class: "tag-remove", on: { click: () => actions.tagMany(ids, { remove: [tag] }) },
    }, icon("close"));
    return {
      element: h("li", {}, pill(tag, cross)),
      update: ({ w }) => set(cross, { "aria-label": w("untag", { tag }) }),
    };
  };

  const offer = (tag) => ({
    element: h("button", { type: "button", class: "chip", text: `#${tag}`, on: { click: () => add(tag) } }),
    update: () => {},
  });

  return {
    update(state) {
      const sessions = (state.labelling ?? []).map((id) => state.sessions[id]).filter(Boolean);
      if (!sessions.length) {
        ids = null;
        if (dialog.open) dialog.close();
        return;
      }
      ids = sessions.map(({ sessionId }) => sessionId);
      const w = words(state.prefs.lang);
      const theirs = [...new Set(sessions.flatMap((session) => tagsOf(state, session)))];
      const one = sessions.length === 1;
      set(title, { text: one ? w("tagsTitle", { name: customerName(sessions[0]) }) : w("tagsOfMany", { n: sessions.length }) });
      set(name, { text: w("newTag") });
      set(done, { text: w("done") });
      set(present, { "aria-label": w("tags"), hidden: !theirs.length });
      set(offered, { "aria-label": w("usualTags") });
      each(present, theirs.map((tag) => ({ tag, w })), ({ tag }) => tag, make);
      const usual = tagsToOffer(state, theirs, "").slice(0, OFFERED);
      each(offered, usual, (tag) => tag, offer);
      if (!dialog.open) open();
    },
  };
}
