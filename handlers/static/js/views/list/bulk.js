/* What is done to many rows at once: it shows while at least one is ticked. */

import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { checkedOf } from "../../state/checking.js";
import { mayClose } from "../../state/rights.js";

export function bulkBar(actions) {
  let ids = [];
  let listed = [];
  let closable = [];
  const many = h("span", { class: "bulk-count", "aria-live": "polite" });
  const all = h("button", { type: "button", class: "quiet", on: { click: () => actions.check(listed, true) } });
  const tag = h("button", { type: "button", on: { click: () => actions.askTags(ids) } });
  const close = h("button", { type: "button", class: "danger", on: { click: closeThem } });
  const none = h("button", {
    type: "button", class: "icon-button", on: { click: () => actions.check(ids, false) },
  }, icon("close"));
  const element = h("div", { class: "bulk", role: "toolbar", hidden: true }, many, all, tag, close, none);

  function closeThem() {
    const some = closable;
    actions.check(ids, false);
    actions.closeMany(some);
  }

  return {
    element,
    update(state, shown, w) {
      if (!Object.keys(state.checked).length) {
        element.hidden = true;
        return;
      }
      listed = shown;
      ids = checkedOf(state, shown);
      closable = ids.filter((id) => mayClose(state.sessions[id], state.me) && !state.endings[id]);
      element.hidden = !ids.length;
      set(element, { "aria-label": w("bulk") });
      set(many, { text: w("checkedMany", { n: ids.length }) });
      set(all, { text: w("checkAll"), disabled: ids.length === shown.length });
      set(tag, { text: w("tagThem") });
      set(close, {
        text: closable.length < ids.length ? w("closeSome", { n: closable.length }) : w("close"),
        disabled: !closable.length,
      });
      set(none, { "aria-label": w("checkNone"), title: w("checkNone") });
    },
  };
}
