/* Her earlier sessions: when, by which channel, who served her, and what came of it. Each opens at a click. */

import { each, h, set } from "../parts/dom.js";
import { outcomeOf } from "../parts/outcome.js";
import { earlierOf } from "../../state/earlier.js";
import { format } from "../../state/address.js";

const FEW = 5; // shown before she asks for more

export function earlier(actions) {
  const list = h("ul", { class: "panel-earlier" });
  const more = h("button", { type: "button", class: "quiet", on: { click: showMore } });
  const element = h("div", {}, list, more);
  let all = null; // the session of which all are shown
  let latest = null;

  function showMore() {
    const [state, session] = latest;
    const { sessions } = earlierOf(state, session.sessionId);
    if (all === session.sessionId || sessions.length <= FEW) actions.moreEarlier(session.sessionId);
    all = session.sessionId;
    view.update(...latest);
  }

  const view = {
    element,
    summary(state, session, w) {
      const { sessions, more } = earlierOf(state, session.sessionId);
      return sessions.length ? w("sessionsOfHers", { n: `${sessions.length}${more ? "+" : ""}` }) : null;
    },
    update(state, session, w) {
      latest = [state, session, w];
      const { sessions, more: isMore } = earlierOf(state, session.sessionId);
      const shown = all === session.sessionId ? sessions : sessions.slice(0, FEW);
      each(list, shown.map((told) => ({ told, state, w })), ({ told }) => told.sessionId, line);
      set(more, { text: w("moreEarlier"), hidden: shown.length === sessions.length && !isMore });
    },
  };
  return view;
}

function line({ told: { sessionId } }) {
  const date = h("span", { class: "earlier-date" });
  const about = h("span", { class: "muted" });
  const last = h("span", { class: "earlier-words content muted" });
  return {
    element: h("li", {},
      h("a", { href: format({ id: sessionId }) }, h("span", { class: "earlier-top" }, date, about), last)),
    update({ told, state, w }) {
      const at = Date.parse(told.createdAt);
      set(date, { text: `${w.date(at, state.now)} ${w.time(at)}` });
      const facts = [w(`channels.${told.channelType}`), outcomeOf(told, state, w), w("earlierCount", { n: told.messageCount })];
      set(about, { text: facts.join(" · ") });
      const tags = (told.tags ?? []).map((tag) => `#${tag}`).join(" ");
      const words = [tags, told.summary ?? told.lastMessage].filter(Boolean).join(" ");
      set(last, { text: words, title: words, hidden: !words });
    },
  };
}
