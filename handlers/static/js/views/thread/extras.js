/* What stands below some messages only: it is made once a message needs it, since most never do. */

import { namedIn } from "../../state/lookups.js";
import { canBeJudged } from "../../state/judging.js";
import { mayRecall } from "../../state/recalls.js";
import { glass } from "./glass.js";
import { lookups } from "./lookups.js";
import { recall } from "./recall.js";
import { canTeach, teach } from "./teach.js";

const MADE = {
  glass: { needed: canBeJudged, make: glass },
  named: { needed: (told, state, session) => namedIn(told, state, session).length > 0, make: lookups },
  recall: { needed: (told, state, session) => mayRecall(state, session, told), make: recall },
  teach: { needed: (told, state) => canTeach(told, state), make: teach },
};

/** `line` is where the message itself stands; a view may put a `button` beside it. */
export function extras(element, line, tools) {
  const views = {};
  return {
    update(told, state, session, w) {
      for (const [name, { needed, make }] of Object.entries(MADE)) {
        if (!views[name] && needed(told, state, session)) {
          views[name] = make(tools);
          if (views[name].element) element.append(views[name].element);
          if (views[name].button) line.append(views[name].button);
        }
        views[name]?.update(told, state, session, w);
      }
    },
  };
}
