/*
 * What was said in the sessions that were opened, and what this agent is saying. Pure.
 *
 * A thread holds the messages `first … last` without gaps; whatever does not join on is left out, and the session's
 * `messageCount`, which is the last seq, says that something has to be fetched. So a lost event mends itself. Who came to
 * a message in the middle is `away` from the end: there, what comes later is fetched as she scrolls (`later`).
 */

const KEPT = 12; // threads kept for coming back to
const UNDERWAY = ["pending", "sending"]; // deliveries that will be heard of again

export const NO_THREAD = {
  phase: "wanted", around: null, messages: [], notes: [], divider: null, older: false, later: false, away: false,
  doubtful: false, busy: false, failed: null, logged: false,
};

export const threadOf = (state, id) => state.threads[id] ?? NO_THREAD;
export const lastSeq = (thread) => thread.messages.at(-1)?.seq ?? 0;
export const firstSeq = (thread) => thread.messages[0]?.seq ?? 0;

/** Where the message with this seq stands, or would stand; they are in order. */
export function placeOf(messages, seq) {
  let [from, to] = [0, messages.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (messages[middle].seq < seq) from = middle + 1;
    else to = middle;
  }
  return from;
}

export function withThread(state, id, change) {
  return { ...state, threads: { ...state.threads, [id]: { ...threadOf(state, id), ...change } } };
}

/** Opening: what we have is shown at once, and asked for again, since not everything was told while it was away. */
export function openThread(state, id) {
  const { [id]: before = NO_THREAD, ...others } = state.threads;
  const known = before.away || before.around !== null ? { ...NO_THREAD, notes: before.notes, logged: before.logged } : before;
  const kept = Object.fromEntries(Object.entries(others).slice(-(KEPT - 1)));
  const divider = firstUnread(known.messages, state.sessions[id], state.me);
  const thread = { ...known, divider, doubtful: known.phase === "ready", failed: null };
  return { ...state, threads: { ...kept, [id]: thread } };
}

/** From now on we are told of everything; what was on its way to a platform before may have arrived unheard. */
export function afterBinding(state, id) {
  const underway = threadOf(state, id).messages.some(({ delivery }) => UNDERWAY.includes(delivery?.state));
  return underway ? withThread(state, id, { doubtful: true }) : state;
}

export function doubtThreads(state) {
  const threads = Object.fromEntries(Object.entries(state.threads).map(
    ([id, thread]) => [id, { ...thread, doubtful: thread.phase === "ready", busy: false, failed: null, logged: false }],
  ));
  return { ...state, threads };
}

/** To a message of it, or to its end if `seq` is null: what is not known yet is fetched around there. */
export function turnTo(state, id, seq) {
  const thread = threadOf(state, id);
  const known = thread.phase === "ready"
    && (seq === null ? !thread.away : seq >= firstSeq(thread) && seq <= lastSeq(thread));
  return known ? state : withThread(state, id, {
    ...NO_THREAD, notes: thread.notes, logged: thread.logged, around: seq,
  });
}

/** A page of history. `asked` is `state.serial` when it was asked for: what events told since then is newer. */
export function historyLoaded(state, { id, query, messages, asked }) {
  const before = threadOf(state, id);
  if (before.phase === "wanted" && before.around !== (query.around ?? null)) return state; // she has gone elsewhere
  const session = sessionOf(state, id);
  const joined = join(before, messages, asked);
  const short = query.after !== undefined && !messages.length && !before.away && session?.messageCount > lastSeq(before);
  const change = {
    messages: joined, phase: "ready", busy: false, failed: short ? { message: "" } : null,
    around: null, older: query.before === undefined && before.older, later: query.after === undefined && before.later,
    away: (before.away || before.around !== null) && lastSeq({ messages: joined }) < (session?.messageCount ?? 0),
    doubtful: query.after === undefined && before.doubtful,
  };
  if (before.phase !== "ready") change.divider = before.around === null ? firstUnread(joined, session, state.me) : null;
  return outgoingAnswered(withThread(state, id, change), id, messages);
}

/** What is known of a session: of an earlier one of the customer's, as it was listed. */
const sessionOf = (state, id) => state.sessions[id]
  ?? Object.values(state.earlier).flatMap(({ sessions }) => sessions).find(({ sessionId }) => sessionId === id);

/** What an event or an answer told of messages; only those that join on are taken. */
export function hearsMessages(state, id, messages, asked) {
  const next = outgoingAnswered(state, id, messages);
  const thread = next.threads[id];
  if (!thread || thread.phase !== "ready") return next;
  const joined = join(thread, messages, asked);
  return joined === thread.messages ? next : withThread(next, id, { messages: joined });
}

/**
 * The messages with a run of further ones, if the two join; `heard` is the serial of the event that told of one. Only
 * where the two overlap is looked at: one more message costs the same in a long thread as in a short one.
 */
function join(thread, messages, asked) {
  const known = thread.messages;
  if (!messages.length) return known;
  const joins = !known.length
    || (messages[0].seq <= lastSeq(thread) + 1 && messages.at(-1).seq >= firstSeq(thread) - 1);
  if (!joins) return known;
  const from = placeOf(known, messages[0].seq);
  const to = placeOf(known, messages.at(-1).seq + 1);
  const before = new Map(known.slice(from, to).map((message) => [message.seq, message]));
  const run = messages.map((message) => (before.get(message.seq)?.heard > asked ? before.get(message.seq) : message));
  return [...known.slice(0, from), ...run, ...known.slice(to)];
}

/** From which seq on the customer's words are new to this agent; null if there is nothing to divide. */
function firstUnread(messages, session, me) {
  const isHers = session && session.status !== "closed" && (session.status !== "manual" || session.manualCsId === me?.csId);
  const unread = isHers ? session.unread : 0; // what another holder has not read is none of hers
  if (!unread) return null;
  const theirs = messages.filter((message) => message.senderType === "customer");
  const seq = theirs.at(-unread)?.seq;
  return seq !== undefined && seq > firstSeq({ messages }) ? seq : null;
}

/** A line in an open thread when a session changes hands. */
export function noteTransition(state, before, after) {
  const id = after.sessionId;
  const moved = before.status !== after.status || before.manualCsId !== after.manualCsId;
  if (!moved || !state.threads[id]) return state;
  return withNotes(state, id, [{
    at: after.updatedAt, after: after.messageCount, kind: kindOf(before, after),
    by: after.manualCsId, from: before.manualCsId, reason: after.pendingReason,
  }]);
}

/** Lines of what happened that may be there already: each is there once, by what and when. */
function withNotes(state, id, further) {
  const { notes } = state.threads[id];
  const known = new Set(notes.map(({ key }) => key));
  const fresh = further.map((note) => ({ ...note, key: `note-${note.kind}-${note.at}` }))
    .filter(({ key }) => !known.has(key));
  return fresh.length ? withThread(state, id, { notes: [...notes, ...fresh] }) : state;
}

/** The same lines out of a session's log, of the time before this page was told of it. */
export function notesLogged(state, id, deeds) {
  if (!state.threads[id]) return state;
  const begun = deeds.find(({ kind }) => kind === "opened")?.at;
  const handed = deeds.filter(({ kind, at }) => kind !== "asked" || at !== begun); // otherwise it began in the queue
  return withThread(withNotes(state, id, handed.flatMap(notesOf)), id, { logged: true });
}

/** After which message it happened the log does not say: its time does. */
function notesOf({ kind, at, csId, about }) {
  const as = (kind, by, from) => [{ at, after: null, kind, by, from, reason: about }];
  switch (kind) {
    case "asked": return as("asked");
    case "accepted": return as("accepted", csId);
    case "taken_over": return about ? as("transferred", csId, about) : as("takenOver", csId);
    case "transferred": return about ? as("transferred", about, csId) : as("queued", undefined, csId);
    case "released": return as("released", undefined, csId);
    case "closed": return as("closed", csId);
    default: return [];
  }
}

function kindOf(before, after) {
  if (after.status === "closed") return "closed";
  if (after.status === "ai") return "released";
  if (after.status === "pending") return before.status === "manual" ? "queued" : "asked";
  return before.status === "manual" ? "transferred" : before.status === "ai" ? "takenOver" : "accepted";
}

// What the agent is saying: under its clientMsgId until the stored message takes its place

export const outgoingOf = (state, id) => state.outgoing[id] ?? [];

export function withOutgoing(state, id, change) {
  const said = change(outgoingOf(state, id));
  if (said.length) return { ...state, outgoing: { ...state.outgoing, [id]: said } };
  const { [id]: _, ...outgoing } = state.outgoing;
  return { ...state, outgoing };
}

function outgoingAnswered(state, id, messages) {
  const stored = new Set(messages.map((message) => message.clientMsgId).filter(Boolean));
  if (!outgoingOf(state, id).some((each) => stored.has(each.clientMsgId))) return state;
  return withOutgoing(state, id, (said) => said.filter((each) => !stored.has(each.clientMsgId)));
}

const undelivered = new WeakMap(); // messages → those of them that did not arrive

function undeliveredOf(messages) {
  if (!undelivered.has(messages)) {
    undelivered.set(messages, messages.filter(({ delivery }) => delivery?.state === "failed" && !delivery.dismissedAt));
  }
  return undelivered.get(messages);
}

/** What goes again by itself (`resting`) is not given up yet. */
const unsaidOf = (state, id) => outgoingOf(state, id)
  .filter(({ state: at, resting }) => at === "refused" || (at === "unconfirmed" && !resting));

/** What of a session's did not arrive, as far as we know: on its platform, and at our server. */
export const failedOf = (state, id) =>
  ({ stored: undeliveredOf(threadOf(state, id).messages), unsaid: unsaidOf(state, id) });

export function failures(state, id) {
  const { stored, unsaid } = failedOf(state, id);
  return stored.length + unsaid.length;
}

/** Where the first of them stands, as its key in the timeline; null if all arrived. */
export function firstFailure(state, id) {
  const { stored: [stored], unsaid: [unsaid] } = failedOf(state, id);
  return stored ? { seq: stored.seq } : unsaid ? { key: unsaid.clientMsgId } : null;
}
