/* Where a card is written: its kind, what it says, and how the customer will see it. It goes only once it is whole. */

import { abilityOf, cardsTaken, takenAs } from "../../state/abilities.js";
import { BLANK, FIELDS, cardOf, faultsOf, filled, lastNamed } from "../../state/cards.js";
import { each, h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { isNumber } from "../../state/lookups.js";
import { words } from "../../texts/texts.js";
import { body } from "../thread/body.js";
import { isOpen } from "../composer/lock.js";

const LOOKED_UP = { product: "products", order: "orders" };
const MB = 1024 * 1024;
const KEY_OF_INPUT_METHOD = 229;

/** What a card of these kinds is called before one is chosen. */
export const sendingOf = (kinds, w) =>
  (kinds.length === 1 ? w("sendOne", { kind: w(`types.${kinds[0]}`) }) : w("sendCard"));

export function mount(element, actions) {
  const title = h("h2", { id: "carding-title" });
  const kinds = h("div", { class: "carding-kinds", role: "radiogroup" });
  const fields = h("div", { class: "carding-fields" });
  const fill = h("button", { type: "button", on: { click: lookUp } });
  const coverName = h("span", { class: "carding-label" });
  const choice = h("input", { type: "file", on: { change: show } });
  const coverFault = h("small", { class: "error" });
  const cover = h("label", { class: "carding-field" }, coverName, choice, coverFault);
  const seenAs = h("p", { class: "muted" });
  const preview = body({ actions });
  const message = h("div", { class: "bubble carding-preview" }, preview.element);
  const wrong = h("p", { class: "error", role: "alert" });
  const back = h("button", { type: "button", on: { click: shut } });
  const send = h("button", { type: "submit", class: "primary" }, icon("send"), h("span"));
  const form = h("form", { class: "carding-form", novalidate: true, on: { submit, keydown } }, title, kinds, fields, fill,
    seenAs, message, wrong, h("div", { class: "carding-foot" }, back, send));
  const dialog = h("dialog", { class: "carding", "aria-labelledby": "carding-title", on: { cancel: ({ target }) => target === dialog && shut(), close: shut } }, form);
  element.append(dialog);

  let id = null;
  let kind = null;
  let values = BLANK;
  let tried = false; // to send it: from then on, what is missing is said
  let busy = false;
  let trouble = "";
  let latest = null;

  const session = () => latest.sessions[id];
  const ability = () => abilityOf(latest, session());
  const coverLimits = () => (takenAs(ability(), kind)?.largest ? takenAs(ability(), kind) : null);

  function open(state) {
    id = state.carding;
    latest = state;
    [kind] = cardsTaken(ability());
    values = { ...BLANK, number: lastNamed(state, id, kind) };
    if (state.cardBegun) ({ kind, form: values } = state.cardBegun);
    [tried, busy, trouble] = [false, false, ""];
    choice.value = "";
    show();
    dialog.showModal();
    fields.querySelector("input").focus();
  }

  function shut() {
    cover.remove();
    actions.writeCard(null);
  }

  function choose(next) {
    const offered = values.number === lastNamed(latest, id, kind);
    values = { ...values, number: offered ? lastNamed(latest, id, next) : values.number };
    [kind, tried, trouble] = [next, false, ""];
    show();
  }

  async function lookUp() {
    const asked = { what: LOOKED_UP[kind], number: values.number.trim() };
    busy = true;
    show();
    const { found, error } = await actions.ask(id, asked);
    busy = false;
    if (found) values = filled(kind, values, found);
    trouble = found ? "" : error || words(latest.prefs.lang)("lookUpLost");
    show();
  }

  /** While an input method composes, Enter belongs to it. */
  function keydown(event) {
    if (event.key === "Enter" && (event.isComposing || event.keyCode === KEY_OF_INPUT_METHOD)) event.preventDefault();
  }

  async function submit(event) {
    event.preventDefault();
    tried = true;
    trouble = "";
    if (busy || !isOpen(latest, session()) || Object.keys(faults()).length) {
      show();
      form.querySelector("[aria-invalid=true]")?.focus();
      return;
    }
    const card = cardOf(kind, values);
    const to = id;
    if (!coverLimits()) {
      actions.sayCard(to, card);
      return;
    }
    busy = true;
    show();
    const { fileId, error } = await actions.upload(to, choice.files[0]);
    busy = false;
    trouble = error ?? "";
    if (fileId && dialog.open) actions.sayCard(to, { ...card, fileId });
    show();
  }

  function faults() {
    const limits = coverLimits();
    const found = faultsOf(kind, values, { covered: Boolean(limits) });
    const [file] = choice.files;
    const fits = file && limits?.mimes.includes(file.type) && file.size <= limits.largest;
    return limits && !fits ? { ...found, cover: ["cover", { n: limits.largest / MB }] } : found;
  }

  function show() {
    if (!latest || !id) return;
    const w = words(latest.prefs.lang);
    const wrongs = tried ? faults() : {};
    const may = isOpen(latest, session());
    const say = (fault) => (fault ? w(`cardFaults.${fault[0]}`, fault[1]) : "");
    set(title, { text: sendingOf(cardsTaken(ability()), w) });
    set(kinds, { "aria-label": w("cardKind"), hidden: cardsTaken(ability()).length < 2 });
    each(kinds, cardsTaken(ability()).map((each) => ({ each, w, chosen: each === kind })), (item) => item.each, makeKind);
    each(fields, FIELDS[kind].map((name) => ({ name, w, fault: say(wrongs[name]), value: values[name] })),
      ({ name }) => name, makeField);
    set(fill, {
      text: w("cardFill"), hidden: !(ability().looksUp && LOOKED_UP[kind]),
      disabled: busy || !isNumber(values.number.trim()),
    });
    if (!coverLimits()) cover.remove();
    else if (!cover.isConnected) fill.after(cover);
    set(choice, { accept: coverLimits()?.mimes.join(",") ?? null, "aria-invalid": wrongs.cover ? "true" : null });
    set(coverName, { text: w("cardFields.cover") });
    set(coverFault, { text: say(wrongs.cover) });
    set(seenAs, { text: w("cardPreview") });
    const { msgType, shown } = cardOf(kind, values);
    preview.update({ msgType, content: shown.content, fields: shown.fields }, { w, sending: null });
    set(wrong, { text: may ? trouble : w("noCardsHere"), hidden: may && !trouble });
    set(back, { text: w("cancel") });
    set(send.lastChild, { text: busy && coverLimits() ? w("cardSending") : w("send") });
    set(send, { disabled: busy || !may });
  }

  function makeKind({ each: name }) {
    const input = h("input", { type: "radio", name: "card-kind", value: name, on: { change: () => choose(name) } });
    const text = h("span");
    return {
      element: h("label", {}, input, text),
      update({ w, chosen }) {
        input.checked = chosen;
        set(text, { text: w(`types.${name}`) });
      },
    };
  }

  function makeField({ name }) {
    const label = h("span", { class: "carding-label" });
    const input = h("input", { id: `carding-${name}`, autocomplete: "off", on: { input: typed } });
    const fault = h("small", { class: "error", id: `carding-${name}-fault` });
    function typed() {
      values = { ...values, [name]: input.value };
      show();
    }
    return {
      element: h("label", { class: "carding-field" }, label, input, fault),
      update({ w, fault: said, value }) {
        const needed = name === "number" || name === "url" || (name === "title" && kind === "link");
        set(label, { text: name === "number" ? w(`cardNumbers.${kind}`) : w(`cardFields.${name}`) });
        set(input, {
          value, "aria-invalid": said ? "true" : null, "aria-describedby": said ? fault.id : null, required: needed,
          inputmode: name === "price" ? "decimal" : name === "url" ? "url" : null,
        });
        set(fault, { text: said });
      },
    };
  }

  return {
    update(state) {
      latest = state;
      if (!state.carding || !state.sessions[state.carding]) {
        if (dialog.open) dialog.close();
        id = null;
        return;
      }
      if (!dialog.open) open(state);
      else show();
    },
  };
}
