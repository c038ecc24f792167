/* The thread pane: head, timeline and composer of the selected session, or why there is nothing to show. */

import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { isPanelShown } from "../../state/people.js";
import { mayRead } from "../../state/rights.js";
import { shownSession } from "../../state/sessions.js";
import { agentName } from "../../state/state.js";
import { threadOf } from "../../state/threads.js";
import { words } from "../../texts/texts.js";
import { blockedNotice } from "../parts/blocked.js";
import { findBar } from "./find.js";
import { failureChip } from "./failing.js";
import { handoff } from "./handoff.js";
import { mount as mountComposer } from "../composer/composer.js";
import { mount as mountHeader } from "./header.js";
import { mount as mountTimeline } from "./timeline.js";
import { unsentDraft } from "./unsent.js";

export function mount(element, actions) {
  const head = h("header", { class: "thread-head" });
  const body = h("div", { class: "thread-body" });
  const foot = h("footer", { class: "composer" });
  const skeleton = h("div", { class: "thread-skeleton", "aria-hidden": "true" }, h("i"), h("b"), h("i"), h("b"));
  const errorText = h("span");
  const errorButton = h("button", { type: "button", on: { click: () => actions.retryHistory(id) } });
  const error = h("div", { class: "card-error", role: "alert" }, icon("warn"), errorText, errorButton);
  const title = h("p", { class: "empty-title" });
  const hint = h("p", { class: "muted" });
  const toList = h("a", { class: "button", href: "#/" });
  const unsent = unsentDraft(actions);
  const empty = h("div", { class: "empty" }, icon("talk"), title, hint, unsent.element, toList);
  const card = handoff(actions);
  const find = findBar(actions);
  const blocked = blockedNotice(actions);
  const failing = failureChip(actions);
  element.append(head, find.element, blocked.element, card.element, skeleton, error, body, failing.element, foot, empty);
  const header = mountHeader(head, actions);
  const timeline = mountTimeline(body, actions);
  const composer = mountComposer(foot, actions, element);
  let id = null;

  function nothing(state, session, w) {
    if (!state.selected) return [w("nothingOpen"), w("nothingOpenHint")];
    if (state.missing[state.selected]) return [w("noSession"), w("noSessionHint")];
    if (session && !mayRead(session, state.me)) {
      return [w("heldBy", { name: agentName(state, session.manualCsId) }),
        w("notYours", { name: agentName(state, session.manualCsId) })];
    }
    return null;
  }

  return {
    update(state) {
      if (!state.me) return;
      const w = words(state.prefs.lang);
      id = state.selected;
      const session = id && shownSession(state, id);
      const none = nothing(state, session, w);
      const thread = threadOf(state, id);
      const shown = Boolean(session) && !none;
      const loading = Boolean(id) && !none && thread.phase === "wanted" && !thread.failed;
      empty.hidden = !none;
      set(title, { text: none?.[0] ?? "" });
      set(hint, { text: none?.[1] ?? "" });
      unsent.update(state, none ? session : null, w);
      set(toList, { text: w("toList"), hidden: !id });
      head.hidden = !session;
      skeleton.hidden = !loading;
      error.hidden = !shown || !thread.failed;
      set(errorText, { text: thread.failed?.message || w("loadFailed") });
      set(errorButton, { text: w("retry") });
      body.hidden = !shown || loading;
      foot.hidden = !shown;
      find.update(state, shown);
      card.update(state, shown && !(state.panel.wide && isPanelShown(state)) ? session : null, w); // or it stands in the panel
      blocked.update(state, shown ? session : null, w);
      failing.update(state, shown && !loading ? session : null, w);
      if (session) header.update(state, session, w);
      if (shown) {
        timeline.update(state, session, w);
        composer.update(state, session, w);
      } else {
        timeline.hide();
        composer.hide();
      }
    },
  };
}
