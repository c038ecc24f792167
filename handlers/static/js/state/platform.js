/*
 * What a customer's platform still allows us to say: how long, how often, and who else may be answering. Pure.
 *
 * The server decides, and refuses what the platform would not bring; this says so before anything is written.
 */

const AMBER = 2 * 3600_000; // ms of the window left
const bytes = new TextEncoder();

/** Whether answers to this customer are counted, or have to come in time. */
export const isCounted = (session) =>
  session.replyQuotaLeft !== undefined || session.replyWindowUntil !== undefined;

/**
 * What is left, as `{left, quota, level}`: ms until the window closes, messages until the customer writes again, either
 * null where there is no end to it; null where nothing is counted.
 */
export function allowance(session, now) {
  if (!isCounted(session) || session.status === "closed") return null;
  const at = Math.max(now, session.updated ?? now); // our clock ticks once a second; the session may tell of a later moment
  const left = session.replyWindowUntil ? Math.max(0, Date.parse(session.replyWindowUntil) - at) : null;
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

/** As how many messages of the platform's a text leaves: cut as the server cuts it, see `ccs/outgoing/limits.py`. */
export function partsOf({ textBytes, textLength }, said) {
  if (!textBytes && !textLength) return 1;
  let rest = said;
  let parts = 1;
  for (let piece; (piece = firstPart(rest, textBytes, textLength)).length < rest.length; parts += 1) {
    const line = piece.slice(0, piece.lastIndexOf("\n") + 1);
    rest = rest.slice(lengthOf(line) > Math.floor(lengthOf(piece) / 2) ? line.length : piece.length);
  }
  return parts;
}

/** What fits, and no half a character; characters are counted as the server counts them. */
function firstPart(said, textBytes, textLength) {
  const piece = textLength ? [...said].slice(0, textLength).join("") : said;
  if (!textBytes) return piece;
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return decoder.decode(bytes.encode(piece).slice(0, textBytes), { stream: true });
}

export const lengthOf = (text) => [...text].length;
