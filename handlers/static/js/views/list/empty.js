/* Where the list shows no row: why there is none, and what to do next; or that it could not be loaded. */

import { h, set } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { isMac } from "../../actions/keys.js";
import { commandOf, keysOf, shownKey } from "../../state/commands.js";
import { filterCount } from "../../state/filters.js";
import { DEMO } from "../../state/joining.js";
import { mayExamine } from "../../state/rights.js";
import { outOfDateSince } from "../../state/state.js";

const NOT_YOURS = 403;

export function errorCard(actions) {
  const text = h("span");
  const button = h("button", { type: "button", on: { click: actions.retryList } });
  const element = h("div", { class: "card-error", role: "alert", hidden: true }, icon("warn"), text, button);
  return {
    element,
    update(error, w) {
      element.hidden = !error;
      const why = error?.message || (error ? w("loadFailed") : "");
      set(text, { text: error?.status === NOT_YOURS ? w("askWhoMay", { why }) : why });
      set(button, { text: w("retry") });
    },
  };
}

export function emptyCard(actions) {
  const title = h("p", { class: "empty-title" });
  const hint = h("p", { class: "muted" });
  const button = h("button", { type: "button", class: "primary", on: { click: () => act() } });
  const other = h("button", { type: "button", on: { click: () => actOtherwise() } });
  const element = h("div", { class: "empty", hidden: true }, icon("inbox"), title, hint, button, other);
  let act = () => {};
  let actOtherwise = () => {};
  return {
    element,
    update(on, state, counts, w) {
      element.hidden = !on;
      if (!on) return;
      const { verb = null, run = () => {}, also = {}, ...why } = reason(state, counts, w, actions);
      set(title, { text: why.title });
      set(hint, { text: why.hint });
      set(button, { hidden: !verb, text: verb ?? "" });
      set(other, { hidden: !also.verb, text: also.verb ?? "" });
      act = run;
      actOtherwise = also.run;
    },
  };
}

/** `{title, hint, verb, run, also}`: why there is nothing, the next step, and another one, `{verb, run}`. */
function reason(state, counts, w, actions) {
  const { tab, me, auth, abilities } = state;
  const { pending = 0 } = counts;
  if (outOfDateSince(state)) return { title: w("lineLost"), hint: w("lineLostHint") };
  const offDuty = state.own.duty === "off" && ["pending", "mine"].includes(tab);
  if (filterCount(state)) {
    const n = counts[tab];
    return {
      title: n ? w("hidesAll", { n }) : w("filtered"), hint: "", verb: w("clearFilter"), run: actions.clearFilters,
    };
  }
  if (offDuty) return { title: w("offDuty"), hint: w("offDutyHint"), verb: w("goOnDuty"), run: actions.toggleDuty };
  if (!Object.keys(abilities).length && tab !== "closed") {
    const may = mayExamine(me, auth);
    return {
      title: w("noChannels"), hint: w(may ? "noChannelsHint" : "noChannelsAsk"),
      verb: may ? w("joining.open") : null, run: () => actions.openGuide(),
      also: may ? { verb: w("joining.demo.title"), run: () => actions.openGuide(DEMO) } : {},
    };
  }
  if (tab === "mine" && pending) {
    const [key] = keysOf(state.own, commandOf("next"));
    const keys = key ? ` (${shownKey(key, isMac()).flat().join("+")})` : "";
    return {
      title: w("empties.mine"), hint: w("stillWaiting", { n: pending }),
      verb: `${w("acceptNext")}${keys}`, run: actions.acceptNext,
    };
  }
  if (tab === "pending") return { title: w("empties.pending"), hint: whyNobodyWaits(state, counts, w) };
  return { title: w(`empties.${tab}`), hint: w(`emptyHints.${tab}`) };
}

/** What the assistant did meanwhile, and does. */
function whyNobodyWaits({ served: { lastHour } }, { ai = 0 }, w) {
  const told = [lastHour ? w("aiServed", { n: lastHour }) : "", ai ? w("aiServes", { n: ai }) : ""].filter(Boolean);
  return told.length ? told.join(w("betweenSentences")) : w("emptyHints.pending");
}
