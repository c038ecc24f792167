/*
 * What was said in the sessions that were opened, and what this agent is saying. Pure.
 *
 * A thread holds the messages `first … last` without gaps; whatever does not join on is left out, and the session's
 * `messageCount`, which is the last seq, says that something has to be fetched. So a lost event mends itself.
 */

const KEPT = 12; // threads kept for coming back to
const UNDERWAY = ["pending", "sending"]; // deliveries that will be heard of again
const GROUP = 3 * 60 * 1000; // messages of one sender this close belong together

export const NO_THREAD = {
  phase: "wanted", messages: [], notes: [], divider: null, older: false, doubtful: false, busy: false, failed: null,
};

export const threadOf = (state, id) => state.threads[id] ?? NO_THREAD;
export const lastSeq = (thread) => thread.messages.at(-1)?.seq ?? 0;
export const firstSeq = (thread) => thread.messages[0]?.seq ?? 0;

export function withThread(state, id, change) {
  return { ...state, threads: { ...state.threads, [id]: { ...threadOf(state, id), ...change } } };
}

/** Opening: what we have is shown at once, and asked for again, since not everything was told while it was away. */
export function openThread(state, id) {
  const { [id]: known = NO_THREAD, ...others } = state.threads;
  const kept = Object.fromEntries(Object.entries(others).slice(-(KEPT - 1)));
  const divider = firstUnread(known.messages, state.sessions[id]);
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
    ([id, thread]) => [id, { ...thread, doubtful: thread.phase === "ready", busy: false, failed: null }],
  ));
  return { ...state, threads };
}

/** A page of history. `asked` is `state.serial` when it was asked for: what events told since then is newer. */
export function historyLoaded(state, { id, query, messages, asked }) {
  const before = threadOf(state, id);
  const session = state.sessions[id];
  const thread = join(before, messages, asked);
  const short = query.after !== undefined && !messages.length && session?.messageCount > lastSeq(before);
  const change = {
    messages: thread, phase: "ready", busy: false, failed: short ? { message: "" } : null,
    older: query.before === undefined && before.older,
    doubtful: query.after === undefined && before.doubtful,
  };
  if (before.phase !== "ready") change.divider = firstUnread(thread, session);
  return outgoingAnswered(withThread(state, id, change), id, messages);
}

/** What an event or an answer told of messages; only those that join on are taken. */
export function hearsMessages(state, id, messages, asked) {
  const next = outgoingAnswered(state, id, messages);
  const thread = next.threads[id];
  if (!thread || thread.phase !== "ready") return next;
  const joined = join(thread, messages, asked);
  return joined === thread.messages ? next : withThread(next, id, { messages: joined });
}

/** The messages with a run of further ones, if the two join; `heard` is the serial of the event that told of one. */
function join(thread, messages, asked) {
  if (!messages.length) return thread.messages;
  const known = new Map(thread.messages.map((message) => [message.seq, message]));
  const joins = !known.size
    || (messages[0].seq <= lastSeq(thread) + 1 && messages.at(-1).seq >= firstSeq(thread) - 1);
  if (!joins) return thread.messages;
  for (const message of messages) {
    if (!(known.get(message.seq)?.heard > asked)) known.set(message.seq, message);
  }
  return [...known.values()].sort((one, other) => one.seq - other.seq);
}

/** The seq above which the customer's words are new to the holder; null if there is nothing to divide. */
function firstUnread(messages, session) {
  const unread = session?.unread ?? 0;
  const theirs = messages.filter((message) => message.senderType === "customer");
  const seq = unread > 0 ? theirs.at(-unread)?.seq : undefined;
  return seq !== undefined && seq > firstSeq({ messages }) ? seq : null;
}

/** A line in an open thread when a session changes hands. */
export function noteTransition(state, before, after) {
  const id = after.sessionId;
  const moved = before.status !== after.status || before.manualCsId !== after.manualCsId;
  if (!moved || !state.threads[id]) return state;
  const note = {
    key: `note-${after.version}`, at: after.updatedAt, after: after.messageCount, kind: kindOf(before, after),
    by: after.manualCsId, from: before.manualCsId, reason: after.pendingReason,
  };
  return withThread(state, id, { notes: [...state.threads[id].notes, note] });
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

/** How many of a session's messages did not arrive, as far as we know. */
export function failures(state, id) {
  const stored = threadOf(state, id).messages.filter(({ delivery }) => delivery?.state === "failed");
  const unsaid = outgoingOf(state, id).filter((said) => said.state === "refused" || said.state === "unconfirmed");
  return stored.length + unsaid.length;
}

// What the thread shows

/** The timeline's items in order: `day`, `divider`, `message`, `note`. `dayOf` names the day a moment lies in. */
export function timeline(thread, outgoing, dayOf) {
  const items = [];
  let day = null;
  let group = null;
  const push = (item, at, author) => {
    const today = dayOf(at);
    if (today !== day) {
      items.push({ type: "day", key: `day-${today}`, at });
      group = null;
    }
    day = today;
    const starts = !author || group?.author !== author || at - group.at > GROUP;
    group = author ? { author, at } : null;
    items.push({ ...item, at, starts });
  };
  const notes = [...thread.notes];
  const notesUpTo = (seq) => {
    while (notes.length && notes[0].after < seq) {
      const note = notes.shift();
      push({ type: "note", note, key: note.key }, Date.parse(note.at), null);
    }
  };
  for (const message of thread.messages) {
    notesUpTo(message.seq);
    if (message.seq === thread.divider) {
      items.push({ type: "divider", key: "divider" });
      group = null;
    }
    push(
      { type: "message", message, key: message.clientMsgId ?? message.msgId }, Date.parse(message.createdAt),
      `${message.senderType}:${message.senderId}`,
    );
  }
  notesUpTo(Infinity);
  let held = false; // behind one that no answer came for
  for (const said of outgoing) {
    push({ type: "message", said, held, key: said.clientMsgId }, said.at, `manual:${said.csId}`);
    held ||= said.state === "unconfirmed";
  }
  return items;
}
