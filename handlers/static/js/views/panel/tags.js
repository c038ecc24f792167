/* The session's tags: taken away at a click, added from the usual ones or by typing. */

import { each, h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { tag } from "../parts/tag.js";
import { LONGEST_TAG, MOST_TAGS, faultOfTag, tagsOf, tagsToOffer } from "../../state/people.js";

const OFFERED = 12;

export function tags(actions) {
  const list = h("ul", { class: "tags" });
  const add = h("button", { type: "button", class: "quiet tag-add", on: { click: () => ask(true) } }, icon("plus"), h("span"));
  const input = h("input", { autocomplete: "off", maxlength: 2 * LONGEST_TAG, on: { input: () => show(), keydown } });
  const fault = h("p", { class: "error", role: "alert" });
  const offers = h("ul", { class: "tags tag-offers" });
  const adding = h("div", { class: "tag-adding", hidden: true }, input, fault, offers);
  const element = h("div", { class: "tags-box" }, list, add, adding);
  let latest = null;

  function ask(on) {
    adding.hidden = !on;
    add.hidden = on;
    input.value = "";
    if (on) actions.offerTags();
    show();
    (on ? input : add).focus();
  }

  function put(name) {
    const [state, session] = latest;
    if (!tagsOf(state, session).includes(name)) actions.tag(session.sessionId, { add: [name] });
    input.value = "";
    show();
    input.focus();
  }

  function keydown(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") ask(false);
    else if (event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    const [state, session] = latest;
    const typed = input.value.trim();
    if (event.key === "Enter" && typed && !faultOfTag(typed, tagsOf(state, session))) put(typed);
  }

  function show() {
    const [state, session, w] = latest;
    const mine = tagsOf(state, session);
    const typed = input.value.trim();
    const wrong = typed ? faultOfTag(typed, mine) : null;
    set(fault, { text: wrong ? w(wrong, { n: wrong === "tagsMany" ? MOST_TAGS : LONGEST_TAG }) : "", hidden: !wrong });
    const known = tagsToOffer(state, mine, typed).slice(0, OFFERED);
    const fresh = typed && !wrong && !mine.includes(typed) && !known.includes(typed) ? [{ name: typed, fresh: true }] : [];
    each(offers, [...known.map((name) => ({ name })), ...fresh].map((each) => ({ ...each, w })),
      ({ name, fresh }) => `${name}/${Boolean(fresh)}`, ({ name, fresh }) => offer(name, fresh, put));
  }

  return {
    element,
    focus: () => ask(true),
    update(state, session, w) {
      const other = latest && latest[1].sessionId !== session.sessionId;
      latest = [state, session, w];
      if (other) [adding.hidden, add.hidden, input.value] = [true, false, ""];
      const remove = (name) => actions.tag(session.sessionId, { remove: [name] });
      each(list, tagsOf(state, session).map((name) => ({ name, w, remove })), ({ name }) => name, ({ name }) => chip(name));
      set(add.lastChild, { text: w("tagAdd") });
      set(input, { placeholder: w("tagPrompt"), "aria-label": w("tagAdd") });
      show();
    },
  };
}

function chip(name) {
  let act = () => {};
  const button = h("button", { type: "button", class: "tag-remove", on: { click: () => act() } }, icon("close"));
  return {
    element: h("li", {}, tag(name, button)),
    update({ w, remove }) {
      act = () => remove(name);
      set(button, { "aria-label": w("tagRemove", { name }), title: w("tagRemove", { name }) });
    },
  };
}

function offer(name, fresh, put) {
  const words = h("span");
  const button = h("button", { type: "button", class: "tag-offer", on: { click: () => put(name) } });
  button.append(fresh ? words : tag(name));
  return {
    element: h("li", {}, button),
    update: ({ w }) => set(words, { text: fresh ? w("tagNew", { name }) : "" }),
  };
}
