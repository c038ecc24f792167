/* One session in the list: who, how long she waits, the last words, and what is left undone. */

import { h, set, whenChanged } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { format } from "../../state/address.js";
import { isMine, mayClose, mayRead, mayTakeOver } from "../../state/rights.js";
import { agentName, customerName, serverNow } from "../../state/state.js";
import { shownSession } from "../../state/sessions.js";
import { undelivered } from "../../state/filters.js";
import { othersViewing } from "../../state/people.js";
import { LIMIT, urgency, waits } from "../../state/urgency.js";
import { stopwatch, words } from "../../texts/texts.js";
import { avatar } from "../parts/avatar.js";
import { lastWords } from "./preview.js";
import { marks } from "./marks.js";

export function row(id, actions, { tick: onTick }) {
  const face = avatar();
  const name = h("span", { class: "row-name" });
  const struck = h("span", { class: "row-struck" }, icon("block"), h("span"));
  const where = h("span", { class: "row-state" });
  const clockText = h("span");
  const clock = h("span", { class: "row-clock" }, icon("warn"), clockText);
  const draft = h("span", { class: "row-draft" });
  const preview = h("span", { class: "row-preview-text" });
  const unread = h("span", { class: "badge" });
  const left = marks();
  const link = h("a", { class: "row-link" },
    face.element,
    h("span", { class: "row-top" }, name, struck, where, clock),
    h("span", { class: "row-bottom" }, h("span", { class: "row-preview" }, draft, preview), unread), left.element);
  const box = h("input", {
    type: "checkbox", class: "row-check", tabindex: -1,
    on: { click: ({ shiftKey }) => onTick(id, box.checked, shiftKey) },
  });
  const quick = quickActions(id, actions);
  const element = h("li", { class: "row", "data-session": id }, link, box, quick.element);

  const show = whenChanged((session, selected, draftText, noteDraft, said, failed, w, me, agents, ending, tab) => {
    const who = customerName(session);
    const readable = mayRead(session, me); // otherwise we are told no more of it, and what we knew is old
    const counted = readable && (session.status === "pending" || session.status === "manual");
    const news = counted ? session.unread : 0;
    face.update(who, session, w);
    set(name, { text: who });
    set(element, { "data-status": session.status, "data-unread": news > 0, "data-ending": ending });
    set(element, { "data-blocked": Boolean(session.blocked) });
    set(struck.lastChild, { text: session.blocked ? w("blocked") : "" });
    struck.hidden = !session.blocked;
    set(link, { "aria-current": selected ? "true" : null });
    const drafted = readable && !ending && !selected && draftText; // what she is writing she sees
    set(where, { text: tab === "all" ? stateOf(session, w, me, agents) : "" });
    set(draft, { text: drafted ? w("draft") : "" });
    set(preview, {
      text: ending ? w("ending") : drafted || lastWords(session, readable, said, w, me, agents),
    });
    set(unread, {
      text: news > 99 ? "99+" : String(news || ""), "aria-label": w("unread", { n: news }), hidden: !news,
    });
    quick.update(ending ? {} : {
      accept: session.status === "pending", takeOver: mayTakeOver(session, me),
      unread: isMine(session, me) && !session.unread, close: mayClose(session, me),
    }, who, w);
  });

  /** The clock, which is shown for rows in view only. */
  function tick(state) {
    const session = shownSession(state, id);
    if (!session) return;
    const w = words(state.prefs.lang);
    const readable = mayRead(session, state.me);
    const runs = readable && waits(session);
    const waited = serverNow(state) - session.waiting;
    const said = Date.parse(session.lastMessageTime ?? session.updatedAt);
    const time = runs ? stopwatch(waited) : readable ? w.brief(said, serverNow(state)) : "";
    set(clockText, { text: time });
    set(clock, {
      "data-level": !runs ? null : urgency(waited),
      title: runs ? w("waitedRule", { time, limit: w.span(LIMIT) }) : readable ? w.full(said) : null, hidden: !time,
    });
  }

  return {
    element, link,
    update({ state, w, stop, gone, query, place, size, top }) {
      const session = shownSession(state, id);
      if (!session) return;
      const selected = state.selected === id;
      show(session, selected, state.drafts[id] ?? "", state.noteDrafts?.[id] ?? "", state.speakers[id],
        undelivered(state, id), w, state.me, state.agents, Boolean(state.endings[id]), state.tab);
      left.update(state, session, w, othersViewing(state, id).join("\n"));
      set(link, { href: `${format({ id })}${query}`, tabindex: stop ? 0 : -1 });
      set(element, { "data-gone": gone, "aria-setsize": size, "aria-posinset": place });
      const checked = Boolean(state.checked[id]);
      if (box.checked !== checked) box.checked = checked;
      set(element, { "data-checked": checked });
      set(box, { "aria-label": w("check", { name: customerName(session) }) });
      if (element.style.top !== top) element.style.top = top;
    },
    tick,
  };
}

/** What can be done with a row at once, under the pointer; keys have the menu. */
function quickActions(id, actions) {
  const verbs = {
    accept: () => actions.accept(id), takeOver: () => actions.takeOver(id),
    unread: () => actions.markUnread(id), close: () => actions.close(id),
  };
  const buttons = {
    accept: h("button", { type: "button", class: "row-quick", tabindex: -1 }),
    takeOver: h("button", { type: "button", class: "row-quick", tabindex: -1 }),
    unread: h("button", { type: "button", class: "row-quick icon-button", tabindex: -1 }, icon("unread")),
    close: h("button", { type: "button", class: "row-quick icon-button", tabindex: -1 }, icon("check")),
  };
  for (const [verb, button] of Object.entries(buttons)) button.addEventListener("click", verbs[verb]);
  const element = h("span", { class: "row-quicks" }, ...Object.values(buttons));
  return {
    element,
    update(offered, who, w) {
      for (const [verb, button] of Object.entries(buttons)) {
        const text = w({ unread: "markUnread" }[verb] ?? verb);
        set(button, { hidden: !offered[verb], "aria-label": `${text} ${who}`, title: text });
        if (verb === "accept" || verb === "takeOver") set(button, { text: offered[verb] ? text : "" });
      }
    },
  };
}

/** Where it stands, in a word. */
function stateOf(session, w, me, agents) {
  if (session.status === "ai") return w("ai");
  if (session.status !== "manual") return w(`states.${session.status}`);
  return session.manualCsId === me.csId ? w("me") : agentName({ agents, me }, session.manualCsId);
}
