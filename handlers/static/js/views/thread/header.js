/* The head of a thread: who it is, where the session stands, and what this agent may do with it. */

import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { isPanelShown, othersViewing } from "../../state/people.js";
import { isMine, mayAccept, mayBlock, mayClose, mayServe, mayRead, mayTakeOver } from "../../state/rights.js";
import { agentName, customerName, serverNow } from "../../state/state.js";
import { urgency } from "../../state/urgency.js";
import { stopwatch } from "../../texts/texts.js";
import { allowance } from "./allowance.js";
import { avatar } from "../parts/avatar.js";
import { withKey } from "../parts/keytitle.js";
import { menu } from "../parts/menu.js";
import { popup } from "../parts/popup.js";

const SETTLING = 500; // ms after my own action, so that the second click of a double one meets nothing

export function mount(element, actions) {
  let id = null;
  let acting = false;
  let settling = null;
  let latest = null;
  const back = h("a", { class: "icon-button back", href: "#/" }, icon("back"));
  const face = avatar();
  const name = h("h2", { class: "thread-name" });
  const called = h("span", { class: "thread-called muted" });
  const pill = h("span", { class: "state-pill" });
  const channel = h("span");
  const clock = h("span", { class: "thread-clock" }, icon("clock"), h("span"));
  const allowed = allowance();
  const button = (className, act) => h("button", { type: "button", class: className, on: { click: () => act(id) } });
  const accept = button("primary", actions.accept);
  const takeOver = button("primary", actions.takeOver);
  const transfer = menu("plain transfer");
  const release = button("plain", actions.askRelease);
  const close = button("plain danger", actions.close);
  const viewers = h("span", { class: "thread-viewers", hidden: true }, icon("eye"), h("span"));
  const panel = h("button", { type: "button", class: "icon-button panel-toggle", on: { click: () => actions.togglePanel() } },
    icon("panel"));
  const more = h("button", {
    type: "button", class: "icon-button thread-more", "aria-haspopup": "menu", "aria-expanded": "false", on: { click: openMore },
  }, icon("more"));
  const list = popup(element, { closed: () => set(more, { "aria-expanded": "false" }) });
  element.append(
    back, face.element,
    h("div", { class: "thread-who" }, h("div", { class: "thread-title" }, name, called, pill),
      h("div", { class: "thread-about muted" }, clock, allowed.element, viewers, channel)),
    h("div", { class: "thread-acts" }, accept, takeOver, release, transfer.element, close, more, panel), list.element,
  );

  function openMore() {
    if (list.isOpen()) {
      list.close(true);
      return;
    }
    const [state, session, w] = latest;
    set(more, { "aria-expanded": "true" });
    list.open(more, choices(state, session, w), w("threadMore"));
  }

  function choices(state, session, w) {
    const choice = (key, sign, act) => ({ key, sign, text: w(`threadMores.${key}`), act });
    return [
      ...(isMine(session, state.me) && !session.unread ? [choice("unread", "bell", () => actions.markUnread(id))] : []),
      choice("copyId", "copy", () => actions.copy(id)),
      choice("copyLink", "link", () => actions.copyLink(id)),
      choice("panel", "panel", () => actions.togglePanel()),
      ...(mayBlock(session, state.me)
        ? [choice(session.blocked ? "unblock" : "block", "block", () => actions.toggleBlock(id))] : []),
    ];
  }

  function settle() {
    clearTimeout(settling);
    settling = setTimeout(() => {
      settling = null;
      view.update(...latest);
    }, SETTLING);
  }

  const view = {
    update(state, session, w) {
      latest = [state, session, w];
      const fresh = id !== session.sessionId;
      id = session.sessionId;
      const { me } = state;
      const before = !fresh && acting;
      acting = Boolean(state.acts[id] || state.endings[id]);
      if (acting !== before) settle();
      const busy = acting || settling !== null;
      const who = customerName(session);
      face.update(who, session, w);
      set(back, { "aria-label": w("back"), title: w("back") });
      set(name, { text: who, title: who });
      const own = session.customerRemark && session.customerName !== who ? session.customerName : "";
      set(called, { text: own ? w("calledHerself", { name: own }) : "", hidden: !own });
      const others = othersViewing(state, id).map((csId) => agentName(state, csId));
      set(viewers, { hidden: !others.length, title: others.length ? w("viewedBy", { names: others.join(w("comma")) }) : null });
      set(viewers.lastChild, { text: others.join(w("comma")) });
      set(more, { "aria-label": w("threadMore"), title: w("threadMore") });
      const shown = isPanelShown(state);
      set(panel, { "aria-pressed": String(shown), "aria-label": w("panelToggle"), title: withKey(w("panelToggle"), state, "panel") });
      if (fresh) list.close();
      set(pill, { text: where(state, session, w), "data-status": standingOf(session, me) });
      set(channel, { text: `${w(`channels.${session.channelType}`)} · ${w("account", { id: session.kfId })}` });
      const waits = session.waitingSince && mayRead(session, me) && ["pending", "manual"].includes(session.status);
      const waited = serverNow(state) - session.waiting;
      const time = waits ? stopwatch(waited) : "";
      set(clock, { "data-level": waits ? urgency(waited) : null, hidden: !waits });
      set(clock, { title: waits ? w("waited", { time }) : null });
      set(clock.lastChild, { text: time });
      allowed.update(state, session, mayRead(session, me), w);
      const does = (node, text, allowed) => set(node, { text, hidden: !allowed, disabled: busy });
      does(accept, w("accept"), mayAccept(session));
      does(takeOver, w("takeOver"), mayTakeOver(session, me));
      does(close, w("close"), mayClose(session, me));
      const offered = mayAccept(session) || mayTakeOver(session, me);
      const handsOver = mayServe(session, me);
      const reserved = offered && !handsOver; // their room is kept, so that nothing moves under the pointer
      const served = state.assistant.serves?.includes(session.channelType);
      does(release, w("release"), served && (handsOver || reserved));
      transfer.update({
        text: w("transfer"), hidden: !handsOver && !reserved, disabled: busy, items: targets(state, session, w),
      });
      for (const node of [release, transfer.element]) set(node, { "data-reserved": reserved });
    },
  };
  return view;

  function targets({ agents }, session, w) {
    const others = agents.filter((agent) => agent.csId !== session.manualCsId);
    return [
      ...others.map(({ csId, name, role }) => ({
        key: csId, text: `${name} · ${w(`roles.${role}`)}`, act: () => actions.transfer(id, csId),
      })),
      { key: "", text: w("toQueue"), act: () => actions.transfer(id, null) },
    ];
  }
}

/** Whether a colleague serves her in the platform's own client. */
const isElsewhere = ({ platformOwner, status }) => Boolean(platformOwner) && status !== "closed";

function standingOf(session, me) {
  if (isElsewhere(session)) return "owner";
  return isMine(session, me) ? "mine" : session.status;
}

function where(state, session, w) {
  if (isElsewhere(session)) return `${w(`clients.${session.channelType}`)} · ${session.platformOwner}`;
  if (session.status !== "manual") return w(`states.${session.status}`);
  if (isMine(session, state.me)) return w("stateMine");
  return w("stateOther", { name: agentName(state, session.manualCsId) });
}
