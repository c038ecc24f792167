/* Who she is: her picture, what she calls herself and what agents call her, and the ids a platform knows her by. */

import { each, h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { avatar } from "../parts/avatar.js";
import { copyButton } from "../parts/copying.js";
import { LONGEST_REMARK, personOf, remarkOf } from "../../state/people.js";
import { mayBlock } from "../../state/rights.js";
import { customerName } from "../../state/state.js";
import { blockedNotice } from "../parts/blocked.js";
import { phones } from "./phones.js";

export function identity(actions) {
  const face = avatar();
  const name = h("span", { class: "person-name content" });
  const called = h("span", { class: "muted person-about" });
  const edit = h("button", { type: "button", class: "quiet person-edit", on: { click: () => ask(true) } },
    icon("edit"), h("span"));
  const input = h("input", { maxlength: LONGEST_REMARK, autocomplete: "off", on: { keydown } });
  const save = h("button", { type: "submit" });
  const form = h("form", { class: "person-form", hidden: true, on: { submit, focusout } }, input, save);
  const fault = h("p", { class: "error", role: "alert", hidden: true });
  const ids = h("dl", { class: "panel-lines" });
  const who = h("div", { class: "person-who" }, h("div", { class: "person-called" }, name, edit), called);
  const numbers = phones(actions);
  const notice = blockedNotice(actions, { brief: true });
  const block = h("button", {
    type: "button", class: "quiet person-act person-block", on: { click: () => actions.askBlock(latest[1].sessionId) },
  }, icon("block"), h("span"));
  const element = h("div", { class: "person" }, h("div", { class: "person-top" }, face.element, who), form, fault, ids,
    numbers.element, notice.element, block);
  let latest = null;

  const remark = () => {
    const [state, session] = latest;
    return remarkOf(state, session);
  };

  function ask(on) {
    form.hidden = !on;
    edit.hidden = on;
    if (on) {
      input.value = remark();
      input.select();
      input.focus();
    } else {
      edit.focus();
    }
  }

  function submit(event) {
    event.preventDefault();
    const [, { sessionId }] = latest;
    const text = input.value.trim();
    if (text !== remark()) actions.describe(sessionId, { remark: text });
    ask(false);
  }

  function keydown(event) {
    if (event.isComposing) event.stopPropagation();
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    ask(false);
  }

  /** Whoever goes on elsewhere has changed her mind. */
  function focusout({ relatedTarget }) {
    if (relatedTarget && !form.contains(relatedTarget)) [form.hidden, edit.hidden] = [true, false];
  }

  return {
    element,
    summary: (state, session) => customerName(session),
    update(state, session, w) {
      if (latest?.[1].sessionId !== session.sessionId) [form.hidden, edit.hidden] = [true, false];
      latest = [state, session];
      const { customer, saving, fault: why } = personOf(state, session.sessionId);
      const shown = remark() || session.customerName || session.customerId;
      face.update(shown, session, w);
      set(name, { text: shown });
      const nick = session.customerName;
      const own = nick && nick !== shown ? w("calledHerself", { name: nick }) : "";
      const known = customer ? w("sessionsOfHers", { n: customer.sessionCount }) : "";
      const first = customer?.firstSeenAt ? w("firstSeen", { date: w.date(Date.parse(customer.firstSeenAt), state.now) }) : "";
      set(called, { text: [own, known, first].filter(Boolean).join(" · ") });
      set(edit, { "aria-label": w("remark"), title: w("remark") });
      set(edit.lastChild, { text: session.customerRemark ? "" : w("remark") });
      set(input, { placeholder: w("remarkPrompt"), "aria-label": w("remark") });
      set(save, { text: w("remarkSave") });
      const unsaved = why && saving.remark !== undefined;
      set(fault, { hidden: !unsaved, text: unsaved ? w("aboutUnsaved", { why }) : "" });
      const channel = w(`channels.${session.channelType}`);
      const lines = [["customerIdIs", session.customerId], ["accountIs", session.kfId, channel]];
      numbers.update(state, session, w);
      notice.update(state, session, w);
      block.hidden = session.blocked || !mayBlock(session, state.me);
      set(block.lastChild, { text: w("block") });
      each(ids, lines.map(([key, text, about]) => ({ key, text, about, w })), ({ key }) => key, () => idLine(actions));
    },
  };
}

function idLine(actions) {
  const name = h("dt");
  const text = h("span", { class: "panel-id" });
  const about = h("span", { class: "muted" });
  const copy = copyButton(actions);
  return {
    element: h("div", {}, name, h("dd", {}, about, text, copy.element)),
    update(line) {
      set(name, { text: line.w(line.key) });
      set(text, { text: line.text, title: line.text });
      set(about, { text: line.about ?? "", hidden: !line.about });
      copy.update(line.text, line.w("copyOf", { name: line.w(line.key) }), line.w);
    },
  };
}
