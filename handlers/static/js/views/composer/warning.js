/* What stands between a reply and its customer, in words; what can be sent all the same is asked about once. */

import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";

/** `send()` sends all the same, `back()` goes on writing. */
export function warning({ send, back }) {
  const words = h("span", { class: "warning-words" });
  const yes = h("button", { type: "button", on: { click: send } });
  const no = h("button", { type: "button", class: "quiet", on: { click: back } });
  const element = h("div", { class: "warning", role: "alert", hidden: true }, icon("warn"), words, yes, no);
  return {
    element,
    /** `asked` and `tried`: she wanted to send it as it is, and was asked, or told that it cannot go. */
    update({ forbidden, blanks, blocked, asks }, { asked, tried }, w) {
      const said = [
        ...new Map(forbidden.map((each) => [each.word, each])).values(),
      ].map(({ word, reason, action }) => w(reason ? `forbidden.${action}Because` : `forbidden.${action}`, { word, reason }));
      if (tried && blanks.length) said.push(w("blanksLeft", { names: blanks.map(({ name }) => name).join(w("comma")) }));
      if (asked && asks.includes("again")) said.push(w("saidLately"));
      const takes = asked && asks.includes("takeOver");
      if (takes) said.push(w("takeOverAsked"));
      element.hidden = !said.length;
      set(element, { "data-grave": blocked && (blocked === "forbidden" || tried) });
      set(words, { text: said.join(w("stop")) });
      set(yes, { text: w(takes ? "takeOverSend" : "sendAnyway"), hidden: !asked || Boolean(blocked) });
      set(no, { text: w("sendNot"), hidden: !asked || Boolean(blocked) });
    },
  };
}
