/* How long and how often a customer can still be answered, in a word that counts down. */

import { h, set } from "../parts/dom.js";
import { changingIcon } from "../parts/icons.js";
import { allowance as allowed } from "../../state/platform.js";
import { serverNow } from "../../state/state.js";

export function allowance() {
  const sign = changingIcon("clock");
  const text = h("span");
  const element = h("span", { class: "allowance" }, sign.element, text);
  return {
    element,
    update(state, session, readable, w) {
      const now = readable ? allowed(session, serverNow(state)) : null;
      set(element, { hidden: !now, "data-level": now?.level ?? null });
      if (!now) return;
      sign.update(now.level === "calm" ? "clock" : "warn");
      set(text, { text: saying(now, w) });
      set(element, { title: w("allowanceWhy", { channel: w(`channels.${session.channelType}`) }) });
    },
  };
}

function saying({ left, quota }, w) {
  if (left === 0) return w("windowOver");
  if (quota === 0) return w("quotaUsed");
  const parts = [left === null ? "" : w("windowLeft", { time: w.span(left) }), quota === null ? "" : w("quotaLeft", { n: quota })];
  return parts.filter(Boolean).join(" · ");
}
