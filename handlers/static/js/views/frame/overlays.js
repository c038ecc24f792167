/* What is told for a moment: toasts, and the words for a screen reader. */

import { each, h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { customerName, lineState } from "../../state/state.js";
import { lastSeq, threadOf } from "../../state/threads.js";
import { words } from "../../texts/texts.js";

const GAP = 8; // px

export function mountToasts(element, actions) {
  const make = ({ toast: { id, undo } }) => {
    const text = h("span");
    const dismiss = () => actions.dismiss(id);
    const close = h("button", { type: "button", class: "icon-button", on: { click: dismiss } }, icon("close"));
    const undoing = undo && h("button", { type: "button", on: { click: takeBack } });
    const element = h("div", { class: "toast" }, text, undoing, close);
    function takeBack() {
      actions[undo.act](undo.given);
      dismiss();
    }
    return {
      element,
      update({ toast, w }) {
        set(element, { "data-kind": toast.kind });
        set(text, { text: toast.text });
        if (undoing) set(undoing, { text: w("undo") });
        set(close, { "aria-label": w("dismiss") });
      },
    };
  };
  /** Over the upper end of what was said, or else at the foot: the buttons of a head stay free. */
  function place() {
    const thread = document.querySelector("#thread [role=log]")?.getBoundingClientRect();
    const shown = thread?.height > 0;
    const middle = shown ? (thread.left + thread.right) / 2 : innerWidth / 2;
    Object.assign(element.style, {
      top: shown ? `${thread.top + GAP}px` : "auto", bottom: shown ? "auto" : `${2 * GAP}px`,
      left: `${middle}px`, maxWidth: shown ? `${thread.width - 2 * GAP}px` : "",
    });
  }

  return {
    update(state) {
      const w = words(state.prefs.lang);
      if (state.toasts.length) place();
      each(element, state.toasts.map((toast) => ({ toast, w })), ({ toast }) => toast.id, make);
    },
  };
}

/** Says what is new to those who do not see it: messages of her customers, who begins to wait, how the line is. */
export function mountAnnouncer(element) {
  let heard = { id: null, seq: 0, rang: 0, well: false };
  let connected = false; // once; before that there is no line to lose
  return {
    update(state) {
      const w = words(state.prefs.lang);
      const id = state.selected;
      const thread = threadOf(state, id);
      const message = thread.messages.at(-1);
      const session = state.sessions[id];
      const well = lineState(state) === "ok";
      const ring = state.news.filter(({ kind }) => kind === "waiting" || kind === "said").at(-1);
      if (heard.id === id && heard.seq && message?.seq > heard.seq && message.senderType === "customer" && session) {
        set(element, { text: w("said", { name: customerName(session), text: message.content }) });
      } else if (ring && ring.serial !== heard.rang) {
        const next = state.sessions[ring.id];
        if (next) set(element, { text: toldOf(ring.kind, next, w) });
      } else if (connected && well !== heard.well) {
        set(element, { text: w(well ? "lineBack" : "lineLost") });
      }
      heard = { id, seq: lastSeq(thread), rang: ring?.serial ?? 0, well };
      connected ||= well;
    },
  };
}

const toldOf = (kind, session, w) => (kind === "waiting" ? w("ringing", { name: customerName(session) })
  : w("said", { name: customerName(session), text: session.lastMessage ?? "" }));
