/*
 * What a customer's platform still allows us to say: how long, how often, and who else may be answering. Pure.
 *
 * The server decides, and refuses what the platform would not bring; this says so before anything is written.
 */

const AMBER = 2 * 3600_000; // ms of the window left
const LONGEST_PART = 2048; // bytes in UTF-8; a longer text leaves as several messages
const bytes = new TextEncoder();

/** Whether the session is one of 微信客服, whose answers are counted. */
export const isCounted = (session) =>
  session.channelType === "wechat"
  && (session.replyQuotaLeft !== undefined || session.replyWindowUntil !== undefined);

/**
 * What is left, as `{left, quota, level}`: ms until the window closes, messages until the customer writes again, either
 * null where there is no end to it; null where nothing is counted.
 */
export function allowance(session, now) {
  if (!isCounted(session) || session.status === "closed") return null;
  const left = session.replyWindowUntil ? Math.max(0, Date.parse(session.replyWindowUntil) - now) : null;
  const quota = session.replyQuotaLeft ?? null;
  return { left, quota, level: levelOf(left, quota) };
}

function levelOf(left, quota) {
  if (left === 0 || quota === 0) return "red";
  return (left !== null && left < AMBER) || quota === 1 ? "amber" : "calm";
}

/** Why nothing that is sent now would arrive: `owner`, `window` or `quota`; null while it would. */
export function lockOf(session, now) {
  if (session.platformOwner) return "owner";
  const allowed = allowance(session, now);
  if (allowed?.left === 0) return "window";
  return allowed?.quota === 0 ? "quota" : null;
}

/** As how many messages of the platform's a text leaves: cut as the server cuts it, see `ccs/limits.py`. */
export function partsOf(session, said) {
  if (!isCounted(session)) return 1;
  let rest = said;
  let parts = 1;
  for (; bytes.encode(rest).length > LONGEST_PART; parts += 1) rest = rest.slice(firstPart(rest).length);
  return parts;
}

function firstPart(said) {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const piece = decoder.decode(bytes.encode(said).slice(0, LONGEST_PART), { stream: true }); // no half a character
  const lineEnd = piece.lastIndexOf("\n") + 1;
  return lineEnd > piece.length / 2 ? piece.slice(0, lineEnd) : piece;
}
