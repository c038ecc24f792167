/* Quick replies at the caret: what was typed after a slash finds them, and the one chosen is shown as it will read. */

import { pictureOf } from "../../actions/quick.js";
import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { blanksIn, nextBlank } from "../../state/guards.js";
import { filledWith, ranked, slashAt, valuesFor } from "../../state/quick.js";
import { remembered } from "../../state/remembered.js";
import { completing } from "./completing.js";
import { inParts } from "./parted.js";

/** `now()` gives `{state, session}`. */
export function slash(box, actions, now) {
  const manage = h("button", { type: "button", class: "quiet", on: { click: () => actions.manageQuick() } });
  const keys = h("span", { class: "muted" });
  const foot = h("div", { class: "completing-foot" }, keys, manage);
  const fill = (content) => {
    const { state, session } = now();
    return filledWith(content, valuesFor(state, session, new Date().getHours()));
  };

  const found = remembered(
    ({ replies, query, channelType }) => [replies, query, channelType],
    ({ replies, query, channelType }) => ranked(replies, query, channelType).map((reply) => ({ key: reply.id, reply })),
  );

  const list = completing(box, {
    id: "quick-list", name: (w) => w("quickReplies"), find: slashAt, foot, beside: preview(fill, now),
    choices(query) {
      const { state: { quick }, session } = now();
      const rows = found({ replies: quick.replies, query, channelType: session.channelType });
      return { rows, empty: rows.length || query.length > 6 ? null : emptyOf(quick) };
    },
    make: makeRow,
    take({ reply }, { start, end }) {
      const text = fill(reply.content);
      box.replace(start, end, text);
      if (blanksIn(text).length) box.select(nextBlank(box.field.value, { start, end: start }, false));
      actions.useQuick(now().session.sessionId, reply);
    },
  });
  let words = null;

  function emptyOf({ phase, replies }) {
    if (phase === "failed") return words("quickFailed");
    return words(phase !== "ready" ? "loading" : replies.length ? "quickNoneFits" : "quickNone");
  }

  return {
    ...list,
    /** Opens the whole list at the caret, as if a slash had been typed. */
    open() {
      const { start } = box.caret;
      const before = box.field.value.slice(0, start);
      box.focus();
      if (!slashAt(box.field.value, start)) box.insert(/(^|\s)$/.test(before) ? "/" : " /");
      list.reopen();
    },
    update(w) {
      words = w;
      set(manage, { text: w("quickManage") });
      set(keys, { text: w("quickKeys") });
      list.update(w);
    },
  };
}

function makeRow() {
  const shortcut = h("kbd");
  const title = h("span", { class: "quick-title" });
  const content = h("span", { class: "quick-content muted" });
  const picture = icon("image");
  const element = h("div", { class: "quick-row" }, title, picture, content, shortcut);
  return {
    element,
    update({ reply }) {
      set(title, { text: reply.title });
      set(content, { text: reply.content.replace(/\s+/g, " ") });
      set(shortcut, { text: reply.shortcut ? `/${reply.shortcut.replace(/^[/／]/, "")}` : "", hidden: !reply.shortcut });
      picture.toggleAttribute("hidden", !reply.image);
    },
  };
}

/** How it will read here, blanks marked. */
function preview(fill, now) {
  const about = h("p", { class: "quick-about muted" });
  const text = h("p", { class: "content" });
  const picture = h("img", { class: "quick-picture", alt: "" });
  const element = h("div", { class: "quick-preview" }, about, text, picture);
  return {
    element,
    update(row, w) {
      element.hidden = !row;
      if (!row) return;
      const { reply } = row;
      const filled = fill(reply.content);
      set(about, { text: [w(`quickScopes.${reply.scope}`), reply.folder].filter(Boolean).join(" · ") });
      text.replaceChildren(...inParts(filled, blanksIn(filled).map((blank) => ({ ...blank, kind: "blank" }))));
      picture.hidden = !reply.image;
      if (reply.image) set(picture, { src: pictureOf(reply, now().state.me.csId) });
    },
  };
}
