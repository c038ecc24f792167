/* What an agent may do with a session. The server decides; this keeps the page from offering what it would refuse. */

const supervises = (me) => me.role === "supervisor" || me.role === "admin";

export const isMine = (session, me) => session.status === "manual" && session.manualCsId === me.csId;

/** Who may write to the customer, and hand her over to anyone: the holder, and supervisors. */
export const mayServe = (session, me) => session.status === "manual" && (isMine(session, me) || supervises(me));

/** Who may put aside what did not arrive: who may serve, and after its end who had it last. */
export const mayDismiss = (session, me) =>
  !session.manualCsId || session.manualCsId === me.csId || supervises(me);

/** Whose business she is: while somebody holds the session, hers and supervisors'; otherwise everyone's. */
const mayTend = (session, me) => session.status !== "manual" || mayServe(session, me);

/** Who may look though it is not her business: a colleague's note names her. She reads, notes and tags, and no more. */
export const isAsked = (session, me) => !mayTend(session, me) && Boolean(session.askedCsIds?.includes(me.csId));

/** Who may be told what is said. */
export const mayRead = (session, me) => mayTend(session, me) || isAsked(session, me);

/** Who may block the customer, or want something of her again. */
export const mayBlock = mayTend;

/** Who may be told of it live. */
export const mayWatch = (session, me) => session.status !== "closed" && mayRead(session, me);

/** Who may hand her back to the assistant, where it serves at all. */
export const mayRelease = (session, me, { serves = [] }) => mayServe(session, me) && serves.includes(session.channelType);

export const mayAccept = (session) => session.status === "pending";

export const mayTakeOver = (session, me) =>
  session.status === "ai" || (session.status === "manual" && !isMine(session, me) && supervises(me));

export const mayClose = (session, me) => ["ai", "pending"].includes(session.status) || mayServe(session, me);

/** Who may add to the knowledge base. */
export const mayTeach = (me, auth, assistant) => !auth.required || supervises(me) || Boolean(assistant.agentsAddKnowledge);

/**
 * Who may be told how the channels are joined, and take away what was thought of the assistant: who can do something
 * about it. Where access is open, everyone.
 */
export const mayExamine = (me, auth) => !auth.required || supervises(me);
