/*
 * What hangs on a session in the list: that the assistant is about to answer, its tags, a draft, what did not arrive, who
 * looks at it, a reminder.
 */

import { each, h, set, whenChanged } from "../parts/dom.js";
import { icon } from "../parts/icons.js";
import { undelivered } from "../../state/filters.js";
import { tagsOf } from "../../state/people.js";
import { mayRead } from "../../state/rights.js";
import { agentName } from "../../state/state.js";

const TAGS_SHOWN = 3; // the rest is a number; a row is one line of them

export function marks() {
  const tags = h("span", { class: "row-tags" });
  const mark = (name, ...parts) => h("span", { class: `mark row-${name}`, role: "img" }, ...parts);
  const answering = mark("answering", icon("spark"), h("span"));
  const draft = mark("drafted", icon("pen"), h("span"));
  const failed = mark("failed", icon("warn"), h("span"));
  const later = mark("later", icon("moon"), h("span"));
  const viewed = mark("viewed", icon("eye"), h("span"));
  const owner = mark("owner", icon("lock"));
  const element = h("span", { class: "row-marks" }, answering, tags, draft, failed, later, viewed, owner);

  const show = whenChanged((session, tagged, drafted, lost, reminder, viewers, agents, me, w) => {
    const readable = mayRead(session, me);
    say(answering, isAnswering(session) ? w("aiAnswering") : "", w("aiAnswering"));
    showTags(tags, tagged ? tagged.split("\n") : [], w);
    say(draft, drafted ? w("hasDraft") : "", w("hasDraft"));
    say(failed, readable && lost ? w("failedMark", { n: lost }) : "", w("failed", { n: lost }));
    const at = reminder ? w.moment(reminder.at, Date.now()) : "";
    say(later, at, at && w(reminder.due ? "remindDue" : "remindsAt", { time: at }));
    set(later, { "data-level": reminder?.due ? "red" : null });
    const names = viewers.split("\n").filter(Boolean).map((csId) => agentName({ agents, me }, csId));
    say(viewed, names.join("、"), w("viewedBy", { names: names.join("、") }));
    const held = session.status !== "closed" && session.platformOwner;
    const by = held ? w("heldAtPlatform", { name: held, client: w(`clients.${session.channelType}`) }) : null;
    set(owner, { hidden: !held, title: by, "aria-label": by });
    const any = [...element.children].some((each) => !each.hidden);
    set(element, { hidden: !any });
  });

  return {
    element,
    update(state, session, w, viewers) {
      const id = session.sessionId;
      const drafted = Boolean(state.noteDrafts?.[id] || (state.selected === id && state.drafts[id]));
      const tagged = tagsOf(state, session).join("\n");
      const { reminders: { [id]: reminder = null }, agents, me } = state;
      show(session, tagged, drafted, undelivered(state, id), reminder, viewers, agents, me, w);
    },
  };
}

/** Whether the assistant owes the customer an answer, and so is at it. */
const isAnswering = ({ status, waiting, platformOwner }) => status === "ai" && waiting < Infinity && !platformOwner;

function say(node, text, label) {
  set(node, { hidden: !text, title: text ? label : null, "aria-label": text ? label : null });
  set(node.lastChild, { text });
}

function showTags(element, tags, w) {
  const shown = tags.slice(0, TAGS_SHOWN).map((tag) => ({ key: tag, text: `#${tag}` }));
  const more = tags.length - shown.length;
  if (more > 0) shown.push({ key: "\n", text: `+${more}` });
  set(element, { hidden: !tags.length, title: tags.length ? tags.map((tag) => `#${tag}`).join(" ") : null });
  set(element, { "aria-label": tags.length ? w("tagged", { tags: tags.join("、") }) : null });
  each(element, shown, ({ key }) => key, () => {
    const element = h("span", { class: "row-tag" });
    return { element, update: ({ text }) => set(element, { text }) };
  });
}
