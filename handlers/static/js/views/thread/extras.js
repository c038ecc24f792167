/* What stands below some messages only: it is made once a message needs it, since most never do. */

import { namedIn } from "../../state/lookups.js";
import { canBeJudged } from "../../state/judging.js";
import { glass } from "./glass.js";
import { lookups } from "./lookups.js";
import { recall } from "./recall.js";

const MADE = {
  glass: { needed: canBeJudged, make: glass },
  named: { needed: (told, state, session) => namedIn(told, state, session).length > 0, make: lookups },
  recall: { needed: (told, state) => Boolean(state.recalling[told.msgId]), make: recall },
};

export function extras(element, tools) {
  const views = {};
  return {
    update(told, state, session, w) {
      for (const [name, { needed, make }] of Object.entries(MADE)) {
        if (!views[name] && needed(told, state, session)) {
          views[name] = make(tools);
          element.append(views[name].element);
        }
        views[name]?.update(told, state, session, w);
      }
    },
  };
}
