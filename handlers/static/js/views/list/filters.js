/* What narrows and orders the list: the box that searches it, the channels, the sort and the filters. */

import { each, h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { menu } from "../parts/menu.js";
import { SORTS, SWITCHES, filterCount } from "../../state/filters.js";
import { CHANNELS } from "../../state/sessions.js";
import { agentName } from "../../state/state.js";

export function filterBar(actions) {
  const box = searchBox(actions);
  const sort = menu("list-menu");
  const filter = menu("list-menu");
  const chips = channelBar(actions);
  sort.element.querySelector("button").prepend(icon("sort"));
  filter.element.querySelector("button").prepend(icon("filter"));
  const element = h("div", { class: "list-filters" }, box.element, sort.element, filter.element);
  return {
    element, chips: chips.element,
    update(state, w) {
      const n = filterCount(state) - (state.channels.length ? 1 : 0) - (state.filters.q ? 1 : 0);
      box.update(state, w);
      chips.update(state, w);
      sort.update({ text: w(`sorts.${state.filters.sort}`), title: w("sort"), items: () => sortItems(state, w, actions) });
      filter.update({ text: n ? w("filtersOn", { n }) : w("filters"), items: () => filterItems(state, w, actions) });
      set(filter.element, { "data-on": n > 0 });
    },
  };
}

const sortItems = ({ filters }, w, actions) => [
  { key: "heading", heading: w("sort") },
  ...SORTS.map((sort) => ({
    key: sort, text: w(`sorts.${sort}`), checked: filters.sort === sort, act: () => actions.filter({ sort }),
  })),
];

function filterItems(state, w, actions) {
  const { filters, agents } = state;
  const switches = SWITCHES.map((name) => ({
    key: name, text: w(`switches.${name}`), many: true, checked: filters[name],
    act: () => actions.filter({ [name]: !filters[name] }),
  }));
  const several = (name, values, textOf) => values.map((value) => ({
    key: `${name}-${value}`, text: textOf(value), many: true, checked: filters[name].includes(value),
    act: () => actions.filter({ [name]: toggled(filters[name], value) }),
  }));
  const tags = tagsOf(state);
  const held = ["all", "closed"].includes(state.tab) || filters.agents.length > 0;
  return [
    ...switches,
    ...(tags.length ? [{ key: "tags", heading: w("tags") }, ...several("tags", tags, (tag) => `#${tag}`)] : []),
    ...(held && agents.length ? [{ key: "agents", heading: w("heldByAgent") }] : []),
    ...(held ? several("agents", agents.map(({ csId }) => csId), (csId) => agentName(state, csId)) : []),
    ...(filterCount(state) ? [{ key: "clear", text: w("clearFilter"), act: actions.clearFilters }] : []),
  ];
}

/** Those chosen, the usual ones, and those in use. */
const TAGS_OFFERED = 12;

const tagsOf = ({ tags, offered, filters }) =>
  [...new Set([...filters.tags, ...tags, ...offered.map(({ name }) => name)])].slice(0, TAGS_OFFERED + filters.tags.length);

const toggled = (some, one) => (some.includes(one) ? some.filter((each) => each !== one) : [...some, one]);

function searchBox(actions) {
  const input = h("input", {
    type: "search", class: "list-search", id: "list-search", autocomplete: "off", spellcheck: "false", maxlength: 100,
    on: { input: typed, compositionend: typed, keydown },
  });
  const clear = h("button", { type: "button", class: "icon-button", on: { click: () => empty() } }, icon("close"));
  const element = h("div", { class: "list-search-box", role: "search" }, icon("search"), input, clear);

  /** Half a word of an input method is no word. */
  function typed(event) {
    if (!event.isComposing) actions.filter({ q: input.value.trim() });
  }

  function empty() {
    input.value = "";
    actions.filter({ q: "" });
    input.focus();
  }

  function keydown(event) {
    if (event.isComposing || event.key !== "Escape" || !input.value) return;
    event.preventDefault();
    event.stopPropagation();
    empty();
  }

  return {
    element,
    update({ filters: { q } }, w) {
      if (input.value.trim() !== q && document.activeElement !== input) input.value = q;
      set(input, { placeholder: w("searchList"), "aria-label": w("searchList") });
      set(clear, { hidden: !q, "aria-label": w("clearSearch") });
    },
  };
}

function channelBar(actions) {
  const element = h("div", { class: "chips", role: "group" });
  const make = (channel) => {
    const label = h("span");
    const element = h("button", { type: "button", class: "chip", on: { click: () => actions.channel(channel) } },
      h("span", { class: "chip-dot", "data-channel": channel }), label);
    return {
      element,
      update({ state, w }) {
        set(label, { text: w(`channels.${channel}`) });
        set(element, { "aria-pressed": String(state.channels.includes(channel)) });
      },
    };
  };
  return {
    element,
    update(state, w) {
      set(element, { "aria-label": w("filterChannels") });
      const items = CHANNELS.map((channel) => ({ channel, state, w }));
      each(element, items, ({ channel }) => channel, ({ channel }) => make(channel));
    },
  };
}
