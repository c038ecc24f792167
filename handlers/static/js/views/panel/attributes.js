/* What agents keep of the customer by name, each changed and taken away where it stands; more under the usual names. */

import { each, h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import {
  LONGEST_NAME, LONGEST_VALUE, MOST_ATTRIBUTES, attributesOf, faultOfAttribute, namesToOffer, pendingOf,
} from "../../state/attributes.js";
import { personOf } from "../../state/people.js";
import { attributeLine, isKeyOf } from "./attribute.js";

export function attributes(actions) {
  const lines = h("dl", { class: "panel-lines" });
  const fault = h("span");
  const again = h("button", { type: "button", class: "quiet", on: { click: () => actions.keepAttributes(latest[1].sessionId) } });
  const unsaved = h("p", { class: "error attributes-unsaved", role: "alert" }, fault, again);
  const add = h("button", { type: "button", class: "quiet tag-add", on: { click: () => ask(true) } }, icon("plus"), h("span"));
  const name = h("input", { autocomplete: "off", maxlength: LONGEST_NAME, on: { input: () => show(), keydown } });
  const value = h("input", { autocomplete: "off", maxlength: LONGEST_VALUE, on: { input: () => show(), keydown } });
  const save = h("button", { type: "submit" });
  const form = h("form", { class: "attribute-form", on: { submit } }, name, value, save);
  const wrong = h("p", { class: "error", role: "alert" });
  const offers = h("ul", { class: "tags tag-offers" });
  const adding = h("div", { class: "tag-adding", hidden: true }, form, wrong, offers);
  const element = h("div", { class: "attributes-box" }, lines, unsaved, add, adding);
  let latest = null;

  const known = () => attributesOf(latest[0], latest[1].sessionId);
  const faultOf = () => (name.value.trim() ? faultOfAttribute(name.value, known()) : null);

  /** Where one is taken away, the focus stays near. */
  function keep(change) {
    actions.keepAttributes(latest[1].sessionId, [change]);
    if (!change.value) (adding.hidden ? add : name).focus();
  }

  function ask(on) {
    adding.hidden = !on;
    add.hidden = on;
    name.value = value.value = "";
    show();
    (on ? name : add).focus();
  }

  /** It stays open for the next one. */
  function submit(event) {
    event.preventDefault();
    const change = { name: name.value.trim(), value: value.value.trim() };
    if (!change.name || !change.value) {
      (change.name ? value : name).focus();
      return;
    }
    if (faultOf()) return;
    keep(change);
    ask(true);
  }

  function keydown(event) {
    if (!isKeyOf(event, "Escape")) return;
    ask(false);
  }

  function choose(chosen) {
    name.value = chosen;
    show();
    value.focus();
  }

  function show() {
    const [state, , w] = latest;
    const why = faultOf();
    set(wrong, { text: why ? w(why, { n: MOST_ATTRIBUTES }) : "", hidden: !why });
    const names = adding.hidden ? [] : namesToOffer(state, known(), name.value).filter((each) => each !== name.value.trim());
    each(offers, names, (each) => each, (each) => offer(each, () => choose(each)));
  }

  return {
    element,
    update(state, session, w) {
      const id = session.sessionId;
      if (latest && latest[1].sessionId !== id) [adding.hidden, add.hidden, name.value, value.value] = [true, false, "", ""];
      latest = [state, session, w];
      each(lines, known().map((attribute) => ({ attribute, w, keep })), ({ attribute }) => `${id}/${attribute.name}`, attributeLine);
      const why = pendingOf(state, id).length ? personOf(state, id).fault : "";
      unsaved.hidden = !why;
      set(fault, { text: why ? w("aboutUnsaved", { why }) : "" });
      set(again, { text: w("retry") });
      set(add.lastChild, { text: w("attributeAdd") });
      set(name, { placeholder: w("attributeName"), "aria-label": w("attributeAdd") });
      set(value, { placeholder: w("attributeValue"), "aria-label": w("attributeOf", { name: name.value.trim() || w("attributeAdd") }) });
      set(save, { text: w("remarkSave") });
      show();
    },
  };
}

function offer(name, choose) {
  const words = h("span", { class: "tag" }, name);
  return { element: h("li", {}, h("button", { type: "button", class: "tag-offer", on: { click: choose } }, words)), update() {} };
}
