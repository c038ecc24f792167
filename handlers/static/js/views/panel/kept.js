/* What agents put on it: the tags of the session, and what they keep of the customer by name. */

import { h } from "../parts/dom.js";
import { attributesOf } from "../../state/attributes.js";
import { tagsOf } from "../../state/people.js";
import { attributes } from "./attributes.js";
import { tags } from "./tags.js";

export function kept(actions) {
  const parts = [tags(actions), attributes(actions)];
  return {
    element: h("div", { class: "kept" }, ...parts.map(({ element }) => element)), writes: true,
    focus: parts[0].focus,
    summary: (state, session) => [
      ...tagsOf(state, session), ...attributesOf(state, session.sessionId).map(({ name, value }) => `${name} ${value}`),
    ].join(" · ") || null,
    update: (...now) => parts.forEach((part) => part.update(...now)),
  };
}
