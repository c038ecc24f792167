/* One session in the list: who, how long she waits, the last words, and what is left undone. */

import { h, set, whenChanged } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { mayRead, mayTakeOver } from "../../state/rights.js";
import { agentName, customerName, serverNow, urgency } from "../../state/state.js";
import { failures } from "../../state/threads.js";
import { shownSession } from "../../state/sessions.js";
import { stopwatch, words } from "../../texts/texts.js";
import { avatar } from "../parts/avatar.js";

export function row(id, actions) {
  const face = avatar();
  const name = h("span", { class: "row-name" });
  const where = h("span", { class: "row-state" });
  const clockText = h("span");
  const clock = h("span", { class: "row-clock" }, icon("warn"), clockText);
  const draft = h("span", { class: "row-draft" });
  const preview = h("span", { class: "row-preview-text" });
  const owner = h("span", { class: "row-owner", role: "img" }, icon("lock"));
  const failed = h("span", { class: "row-failed" }, icon("warn"), h("span"));
  const unread = h("span", { class: "badge" });
  const link = h("a", { class: "row-link", href: `#/s/${encodeURIComponent(id)}` },
    face.element,
    h("span", { class: "row-top" }, name, where, clock),
    h("span", { class: "row-bottom" }, h("span", { class: "row-preview" }, draft, preview), owner, failed, unread));
  const quick = h("button", { type: "button", class: "row-quick", tabindex: -1, on: { click: () => act() } });
  const element = h("li", { class: "row", "data-session": id }, link, quick);
  let act = () => {};

  const show = whenChanged((session, isSelected, draftText, speaker, undelivered, w, me, agents, ending, tab) => {
    const who = customerName(session);
    const readable = mayRead(session, me); // otherwise we are told no more of it, and what we knew is old
    const counted = readable && (session.status === "pending" || session.status === "manual");
    const news = counted ? session.unread : 0;
    face.update(who, session, w);
    set(name, { text: who });
    set(element, { "data-status": session.status, "data-unread": news > 0 });
    set(link, { "aria-current": isSelected ? "true" : null });
    const drafted = readable && !ending && draftText;
    set(element, { "data-ending": ending });
    set(where, { text: tab === "all" ? stateOf(session, w, me, agents) : "" });
    set(draft, { text: drafted ? w("draft") : "" });
    set(preview, {
      text: ending ? w("ending") : drafted || lastWords(session, readable, speaker, w, me, agents),
    });
    set(unread, {
      text: news > 99 ? "99+" : String(news || ""), "aria-label": w("unread", { n: news }), hidden: !news,
    });
    const held = session.status !== "closed" && session.platformOwner;
    const client = w(`clients.${session.channelType}`);
    const by = held ? w("heldAtPlatform", { name: held, client }) : null;
    set(owner, { hidden: !held, title: by, "aria-label": by });
    set(failed.lastChild, { text: String(undelivered) });
    const fate = w("failed", { n: undelivered });
    set(failed, { hidden: !readable || !undelivered, title: fate, "aria-label": fate });
    const verb = ending ? null : session.status === "pending" ? "accept" : mayTakeOver(session, me) ? "takeOver" : null;
    set(element, { "data-quick": Boolean(verb) });
    set(quick, { hidden: !verb, text: verb ? w(verb) : "", "aria-label": verb ? `${w(verb)} ${who}` : null });
    act = () => actions[verb](id);
  });

  /** The clock, which is shown for rows in view only. */
  function tick(state) {
    const session = shownSession(state, id);
    if (!session) return;
    const w = words(state.prefs.lang);
    const readable = mayRead(session, state.me);
    const counts = readable && session.waitingSince && (session.status === "pending" || session.status === "manual");
    const waits = serverNow(state) - session.waiting;
    const said = Date.parse(session.lastMessageTime ?? session.updatedAt);
    const time = counts ? stopwatch(waits) : readable ? w.brief(said, serverNow(state)) : "";
    set(clockText, { text: time });
    set(clock, {
      "data-level": !counts ? null : urgency(waits),
      title: counts ? w("waited", { time }) : null, hidden: !time,
    });
  }

  return {
    element,
    update({ state, w, stop, gone }) {
      const session = shownSession(state, id);
      if (!session) return;
      show(session, state.selected === id, state.selected === id ? "" : state.drafts[id] ?? "", state.speakers[id],
        failures(state, id), w, state.me, state.agents, Boolean(state.endings[id]), state.tab);
      set(link, { tabindex: stop ? 0 : -1 });
      set(element, { "data-gone": gone });
    },
    tick,
  };
}

/** Where it stands, in a word. */
function stateOf(session, w, me, agents) {
  if (session.status === "ai") return w("ai");
  if (session.status !== "manual") return w(`states.${session.status}`);
  return session.manualCsId === me.csId ? w("me") : agentName({ agents, me }, session.manualCsId);
}

/** The last words, after who said them where we know it. */
function lastWords(session, readable, speaker, w, me, agents) {
  if (!readable || session.lastMessage === undefined) {
    return session.manualCsId ? w("noWords", { name: agentName({ agents, me }, session.manualCsId) }) : "";
  }
  const text = session.lastMessage.replace(/\s+/g, " ");
  if (speaker?.seq !== session.messageCount || speaker.senderType === "customer") return text;
  if (speaker.senderType === "ai") return w("prefixAi") + text;
  if (speaker.senderId === me.csId) return w("prefixMe") + text;
  return w("prefixAgent", { name: agentName({ agents, me }, speaker.senderId) }) + text;
}
