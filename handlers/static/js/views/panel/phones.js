/* The phone numbers that a customer gave: masked, until this agent asks for one, which the server keeps in mind. */

import { each, h, set } from "../parts/dom.js";
import { copyButton } from "../parts/copying.js";
import { phonesOf } from "../../state/phones.js";

export function phones(actions) {
  const element = h("dl", { class: "panel-lines" });
  return {
    element,
    update(state, session, w) {
      const items = phonesOf(state, session).map((phone) => ({ phone, id: session.sessionId, w }));
      each(element, items, ({ phone }) => phone.id, () => line(actions));
      element.hidden = !items.length;
    },
  };
}

function line(actions) {
  let latest = null;
  const name = h("dt");
  const number = h("span", { class: "panel-number" });
  const why = h("span", { class: "error", role: "alert" });
  const show = h("button", {
    type: "button", class: "quiet person-act", on: { click: () => actions.reveal(latest.id, latest.phone.id) },
  });
  const copy = copyButton(actions);
  return {
    element: h("div", {}, name, h("dd", {}, number, why, show, copy.element)),
    update(told) {
      latest = told;
      const { phone, w } = told;
      const shown = phone.phase === "shown";
      set(name, { text: w("phone") });
      set(number, { text: shown ? phone.number : phone.masked });
      set(why, { text: phone.why ? w("notDone", { why: phone.why }) : "", hidden: !phone.why });
      const label = `${w("reveal")} ${phone.masked}`;
      set(show, { text: w("reveal"), "aria-label": label, title: w("revealHint") });
      set(show, { hidden: shown, disabled: phone.phase === "asking" });
      copy.element.hidden = !shown;
      if (shown) copy.update(phone.number, w("copyOf", { name: w("phone") }), w);
    },
  };
}
