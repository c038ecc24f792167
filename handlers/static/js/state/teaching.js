/* An agent's answer as an entry of the knowledge base: what it was an answer to, and whether it may be added. Pure. */

import { mayTeach } from "./rights.js";
import { threadOf } from "./threads.js";

export const LONGEST_QUESTION = 200; // characters; as the server takes them
export const LONGEST_ANSWER = 4000;
export const MOST_ALTERNATIVES = 60;

/** Whether what was said is an answer that this agent may add. */
export const canTeach = ({ senderType, msgType, msgId, recalledAt }, { me, auth, assistant }) =>
  senderType === "manual" && msgType === "text" && Boolean(msgId) && !recalledAt && mayTeach(me, auth, assistant);

/** The answer, and what the customer said last before anybody of ours spoke. */
export function answered(state, { id, msgId }) {
  const { messages } = threadOf(state, id);
  const place = messages.findIndex((message) => message.msgId === msgId);
  if (place < 0) return null;
  const asked = [];
  for (const { senderType, msgType, content, recalledAt } of messages.slice(0, place).reverse()) {
    if (senderType !== "customer" && asked.length) break;
    if (senderType === "customer" && msgType === "text" && !recalledAt) asked.unshift(content.trim());
  }
  return { question: asked.join(" ").slice(0, LONGEST_QUESTION), answer: messages[place].content.slice(0, LONGEST_ANSWER) };
}

/** What goes to the server; `alternatives` is a text with one a line. */
export function entryOf({ question, alternatives, answer, channel }) {
  const lines = alternatives.split("\n").map((line) => line.trim()).filter(Boolean);
  return { question: question.trim(), alternatives: lines, answer: answer.trim(), ...(channel ? { channel } : {}) };
}

/** The key of what is wrong, with its numbers; null if nothing is. */
export function faultOf({ question, alternatives, answer }) {
  if (!question || !answer) return ["teachMissing", {}];
  const long = alternatives.some((line) => line.length > LONGEST_QUESTION);
  return long || alternatives.length > MOST_ALTERNATIVES
    ? ["teachMany", { n: MOST_ALTERNATIVES, longest: LONGEST_QUESTION }] : null;
}
