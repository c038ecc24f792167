/* How the channels are: a dot each in the bar, and more under it. A dot's form says as much as its colour. */

import { channelDots } from "../../state/frame.js";
import { mayExamine } from "../../state/rights.js";
import { serverNow } from "../../state/state.js";
import { each, h, set } from "../parts/dom.js";
import { popover } from "../parts/popover.js";

export function health(actions) {
  const dots = h("span", { class: "health-dots" });
  const { element, button, panel, close } = popover("quiet health-button", [dots], {
    onOpen: () => view.update(...latest),
  });
  let latest = null;
  const title = h("h2", { class: "popover-title" });
  const list = h("ul", { class: "health-list" });
  const checkup = h("button", { type: "button", class: "quiet", on: { click: examine } });
  panel.append(title, list, checkup);

  function examine() {
    close();
    actions.checkUp();
  }

  const makeDot = () => {
    const sign = h("i", { class: "health-dot" });
    const name = h("span");
    return {
      element: h("span", { class: "health-channel" }, sign, name),
      update({ channelType, state, w }) {
        set(sign, { "data-state": state });
        set(name, { text: w(`badges.${channelType}`) });
      },
    };
  };

  const makeRow = () => {
    const sign = h("i", { class: "health-dot" });
    const name = h("span", { class: "health-name" });
    const said = h("span", { class: "muted" });
    const times = h("span", { class: "muted health-times" });
    return {
      element: h("li", {}, sign, name, said, times),
      update({ account, state, w, now }) {
        const time = (at) => (at ? w.brief(Date.parse(at), now) : "—");
        set(sign, { "data-state": account.state });
        set(name, { text: [w(`channels.${account.channelType}`), account.account].filter(Boolean).join(" · ") });
        set(said, { text: account.reason || w(`health.${state}`) });
        set(times, { text: w("healthTimes", { last: time(account.lastInAt), out: time(account.lastOutAt) }) });
      },
    };
  };

  const view = {
    element,
    update(state, w) {
      latest = [state, w];
      const kinds = channelDots(state);
      element.hidden = !state.me || !kinds.length;
      if (element.hidden) return;
      const bad = kinds.filter((kind) => kind.state !== "ok").map((kind) =>
        `${w(`channels.${kind.channelType}`)} ${w(`health.${kind.state}`)}`);
      const all = bad.join("，") || w("healthAllOk");
      set(button, { "aria-label": `${w("healthTitle")}：${all}`, title: all });
      each(dots, kinds.map((kind) => ({ ...kind, w })), ({ channelType }) => channelType, makeDot);
      if (panel.hidden) return;
      set(panel, { "aria-label": w("healthTitle") });
      set(title, { text: w("healthTitle") });
      const rows = state.health.map((account) => ({ account, state: account.state, w, now: serverNow(state) }));
      each(list, rows, ({ account }) => `${account.channelType}:${account.account ?? ""}`, makeRow);
      set(checkup, { text: w("checkup"), hidden: !mayExamine(state.me, state.auth) });
    },
  };
  return view;
}
