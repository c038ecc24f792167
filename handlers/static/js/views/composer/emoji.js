/*
 * Emoji to choose from: old and plain ones, which every platform's client shows the same: none with a skin colour, no
 * flags, nothing put together of several. What was used last comes first.
 */

import { each, h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { roving } from "../parts/roving.js";

export const RECENT = 16;
const COLUMNS = 8;
const GROUPS = {
  faces: "😀😁😂😃😄😅😆😇😉😊😋😌😍😎😏😐😒😓😔😖😘😚😜😝😞😠😡😢😣😤😥😨😩😪😫😭😰😱😲😳😴😵😷😬😮🙂🙃🙄🤔🤗",
  hands: "👍👎👌👏🙏🙌👋👊✊👉👈👆👇💪🙋🙇🤞🤝",
  things: "💔💕💖💗🌹🌸🎁🎉🎊🎈🏆🔥⭐✨🌙☕🍰🍎🛒🛍📦🚚💰💳📱📷🔍🔔⏰📅📌📝✅❌❗❓💯🆗🆕",
};
const SETS = Object.fromEntries(Object.entries(GROUPS).map(([name, all]) => [name, [...all]]));

/** `insert(emoji)` puts one where the caret is. */
export function emoji(actions, insert) {
  const button = h("button", {
    type: "button", class: "icon-button", "aria-haspopup": "dialog", on: { click: () => toggle(popup.hidden) },
  }, icon("emoji"));
  const choices = () => [...popup.querySelectorAll("button")];
  const keydown = roving(choices, { columns: COLUMNS, leave });
  const groups = h("div", { class: "emoji-groups" });
  const popup = h("div", { class: "emoji-popup", role: "dialog", hidden: true, on: { keydown } }, groups);
  const element = h("div", { class: "emoji" }, button, popup);
  let latest = null;
  let recent = []; // as it was when it was opened, so that nothing moves under the pointer

  document.addEventListener("pointerdown", ({ target }) => !popup.hidden && !element.contains(target) && toggle(false));
  element.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget && !element.contains(relatedTarget)) toggle(false);
  });

  function toggle(open) {
    popup.hidden = !open;
    set(button, { "aria-expanded": String(open) });
    if (!open) return;
    recent = latest.state.own.emoji ?? [];
    show();
    const [first] = choices();
    first.tabIndex = 0;
    first.focus();
  }

  function leave() {
    toggle(false);
    button.focus();
  }

  function choose(chosen) {
    insert(chosen);
    actions.usedEmoji(chosen, RECENT);
  }

  function show() {
    const { w } = latest;
    const sets = Object.entries({ ...(recent.length ? { recent } : {}), ...SETS });
    each(groups, sets.map(([name, all]) => ({ name, all, w })), ({ name }) => name, makeGroup);
  }

  function makeGroup() {
    const title = h("p", { class: "emoji-title muted" });
    const grid = h("div", { class: "emoji-grid" });
    return {
      element: h("section", {}, title, grid),
      update({ name, all, w }) {
        set(title, { text: w(`emojis.${name}`) });
        each(grid, all, (each) => each, (each) => ({
          element: h("button", { type: "button", tabindex: -1, text: each, on: { click: () => choose(each) } }), update() {},
        }));
      },
    };
  }

  return {
    element,
    update(state, w) {
      latest = { state, w };
      set(button, { "aria-label": w("emoji"), title: w("emoji"), "aria-expanded": String(!popup.hidden) });
      set(popup, { "aria-label": w("emoji") });
    },
  };
}
