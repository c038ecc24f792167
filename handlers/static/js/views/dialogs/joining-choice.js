/* The ways by which channels can be joined, which of them are, and the demo, to choose from. */

import { each, h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { DEMO, byChannel, idOf } from "../../state/joining.js";

export const channelOf = ({ channelType }, w) =>
  (w.knows(`channels.${channelType}`) ? w(`channels.${channelType}`) : channelType);

export const nameOf = (way, w) => w(`joining.ways.${way.way}.name`, { channel: channelOf(way, w) });

/** What a way is for; of a gateway, why this channel may need one. */
export function whatOf(way, w) {
  const { way: name, channelType } = way;
  const own = `joining.ways.${name}.why.${channelType}`;
  return w(w.knows(own) ? own : `joining.ways.${name}.what`, { channel: channelOf(way, w) });
}

export function choiceOf(actions) {
  const groups = h("div");
  const demo = wayButton(actions);
  const element = h("div", {}, groups, h("div", { class: "joining-demo" }, demo.element));

  const makeWay = () => {
    const button = wayButton(actions);
    const update = ({ way, w }) => button.update(
      idOf(way), nameOf(way, w), whatOf(way, w), way.enabled ? w("joining.enabled") : "");
    return { element: h("li", {}, button.element), update };
  };

  const makeGroup = () => {
    const name = h("h3");
    const list = h("ul", { class: "joining-ways" });
    return {
      element: h("section", {}, name, list),
      update({ group: { channelType, ways }, w }) {
        set(name, { text: channelOf({ channelType }, w) });
        each(list, ways.map((way) => ({ way, w })), ({ way }) => idOf(way), makeWay);
      },
    };
  };

  return {
    element,
    update({ ways }, w) {
      each(groups, byChannel(ways).map((group) => ({ group, w })), ({ group }) => group.channelType, makeGroup);
      demo.update(DEMO, w("joining.demo.title"), w("joining.demo.what"), "");
    },
  };
}

function wayButton(actions) {
  const name = h("span", { class: "way-name" });
  const what = h("span", { class: "way-what" });
  const markText = h("span");
  const mark = h("span", { class: "way-on" }, icon("check"), markText);
  const element = h("button", { type: "button", class: "way", on: { click } }, name, mark, what);
  let id = null;

  function click() {
    actions.chooseWay(id);
  }

  return {
    element,
    update(wayId, title, text, enabled) {
      id = wayId;
      set(element, { "data-way": id });
      set(name, { text: title });
      set(what, { text });
      set(markText, { text: enabled });
      mark.hidden = !enabled;
    },
  };
}
