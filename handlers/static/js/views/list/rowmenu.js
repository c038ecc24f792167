/*
 * The menu of a row, by the right button or Shift+F10. Some of its items lead to a second page of it, which Esc and ←
 * leave again. Where it opens, it is kept within the window.
 */

import { each, h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { format, listQuery } from "../../state/address.js";
import { isMine, mayBlock, mayClose, mayRead, mayServe, mayTakeOver } from "../../state/rights.js";
import { laterOf } from "../../state/reminders.js";
import { shownSession } from "../../state/sessions.js";
import { customerName, serverNow } from "../../state/state.js";
import { words } from "../../texts/texts.js";

const EDGE = 8; // px that stay free around it
const BESIDE = 60; // px from the corner of a row, so that it says which

/** `onLeave(id)` is told when it closed by a key, so that the focus can go back to the row. */
export function rowMenu(actions, onLeave) {
  const element = h("div", { class: "menu-popup row-menu", role: "menu", tabindex: -1, hidden: true, on: { keydown } });
  let id = null;
  let page = null; // null, "transfer" or "later"
  let state = null;
  document.addEventListener("pointerdown", ({ target }) => !element.contains(target) && close());
  element.addEventListener("focusout", ({ relatedTarget: to }) => to && !element.contains(to) && close());
  addEventListener("blur", close);
  addEventListener("resize", close);

  function open(session, x, y) {
    id = session;
    page = null;
    element.hidden = false;
    show();
    const { offsetWidth: width, offsetHeight: height } = element;
    element.style.left = `${Math.max(EDGE, Math.min(x, innerWidth - width - EDGE))}px`;
    element.style.top = `${Math.max(EDGE, Math.min(y, innerHeight - height - EDGE))}px`;
    choices()[0]?.focus();
  }

  /** By a key, for the session that is open: beside its row, or else at the list's top. */
  function askWhen(session) {
    const row = document.querySelector(`.row[data-session="${CSS.escape(session)}"]`) ?? element.parentElement;
    const { left, top } = row.getBoundingClientRect();
    open(session, left + BESIDE, top + BESIDE);
    turn("later");
    actions.askWhen(null);
  }

  function close() {
    id = null;
    element.hidden = true;
  }

  function leave() {
    const left = id;
    close();
    onLeave(left);
  }

  function turn(to) {
    const from = page;
    page = to;
    show();
    (choices().find((each) => each.dataset.item === from) ?? choices()[0]).focus();
  }

  const choices = () => [...element.querySelectorAll('[role="menuitem"]')];

  function keydown(event) {
    const all = choices();
    const place = all.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) all[(place + step + all.length) % all.length].focus();
    else if (event.key === "Home") all[0].focus();
    else if (event.key === "End") all.at(-1).focus();
    else if (event.key === "ArrowRight" && all[place]?.getAttribute("aria-haspopup")) all[place].click();
    else if (page && (event.key === "Escape" || event.key === "ArrowLeft")) turn(null);
    else if (event.key === "Escape" || event.key === "Tab") leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function show() {
    const session = shownSession(state, id);
    if (!session) {
      close();
      return;
    }
    const w = words(state.prefs.lang);
    set(element, { "aria-label": w("menuOf", { name: customerName(session) }) });
    each(element, itemsOf(session, w), ({ key }) => `${page} ${key}`, make);
  }

  function itemsOf(session, w) {
    if (page === "transfer") return transferItems(state, session, w, actions);
    if (page === "later") return laterItems(state, session, w, actions);
    return items(state, session, w, actions, turn);
  }

  function make({ href }) {
    let act = () => {};
    const text = h("span");
    const click = () => {
      if (act.turns) act();
      else {
        const run = act;
        leave();
        run();
      }
    };
    const element = href ? h("a", { class: "button", target: "_blank", rel: "noopener", on: { click: leave } }, text)
      : h("button", { type: "button", on: { click } }, text, icon("right"));
    set(element, { role: "menuitem", tabindex: -1 });
    return {
      element,
      update(item) {
        act = item.act ?? act;
        set(text, { text: item.text });
        set(element, {
          href: item.href, class: `${href ? "button " : ""}${item.danger ? "danger" : ""}`, "data-item": item.key,
          "aria-haspopup": act.turns ? "menu" : null,
        });
      },
    };
  }

  return {
    element, open,
    update(now) {
      state = now;
      if (now.reminding && now.sessions[now.reminding]) askWhen(now.reminding);
      else if (id) show();
    },
  };
}

/** What may be done with it, in the order of how often it is. */
function items(state, session, w, actions, turn) {
  const id = session.sessionId;
  const to = (page) => Object.assign(() => turn(page), { turns: true });
  const open = session.status !== "closed" && !state.endings[id];
  return [
    open && session.status === "pending" && { key: "accept", text: w("accept"), act: () => actions.accept(id) },
    open && mayTakeOver(session, state.me) && { key: "takeOver", text: w("takeOver"), act: () => actions.takeOver(id) },
    open && mayServe(session, state.me) && { key: "transfer", text: w("transferTo"), act: to("transfer") },
    mayRead(session, state.me) && { key: "tags", text: w("tagsOf"), act: () => actions.askTags([id]) },
    (mayRead(session, state.me) || state.reminders?.[id]) && { key: "later", text: w("remindLater"), act: to("later") },
    open && isMine(session, state.me) && !session.unread
      && { key: "unread", text: w("markUnread"), act: () => actions.markUnread(id) },
    { key: "tab", text: w("openInTab"), href: `${format({ id })}${listQuery(state)}` },
    { key: "copy", text: w("copyId"), act: () => actions.copy(id) },
    mayBlock(session, state.me)
      && { key: "block", text: w(session.blocked ? "unblock" : "blockAsk"), act: () => actions.toggleBlock(id) },
    open && mayClose(session, state.me) && { key: "close", text: w("close"), danger: true, act: () => actions.close(id) },
  ].filter(Boolean);
}

function transferItems({ agents }, session, w, actions) {
  const id = session.sessionId;
  const others = agents.filter(({ csId }) => csId !== session.manualCsId);
  return [
    ...others.map(({ csId, name, role }) => ({
      key: csId, text: `${name} · ${w(`roles.${role}`)}`, act: () => actions.transfer(id, csId),
    })),
    { key: "", text: w("toQueue"), act: () => actions.transfer(id, null) },
  ];
}

function laterItems(state, session, w, actions) {
  const id = session.sessionId;
  const now = serverNow(state);
  return [
    ...laterOf(now).map(({ name, at }) => ({
      key: name, text: w(`laters.${name}`, { time: w.time(at) }), act: () => actions.remind(id, at),
    })),
    { key: "other", text: w("remindOther"), act: () => actions.askTime(id) },
    ...(state.reminders?.[id] ? [{ key: "never", text: w("remindNever"), act: () => actions.remind(id, null) }] : []),
  ];
}
