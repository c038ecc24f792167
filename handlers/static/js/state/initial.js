/* Everything the page knows, before it knows anything. What a part consists of stands in the file of that name. */

import { NO_BELL } from "./bell.js";
import { NO_FILTERS } from "./filters.js";
import { NO_GUIDE } from "./joining.js";
import { FRAME } from "./frame.js";
import { NO_QUICK } from "./quick.js";
import { NOT_ASKED } from "./served.js";
import { SEARCHING } from "./searching.js";

export const initial = {
  now: 0,
  skew: 0, // how far the server's clock is ahead of ours, ms
  auth: { phase: "starting", required: false, busy: false, error: null, retryAt: 0 },
  me: null, // {csId, name, role}
  abilities: {}, // what each way of a channel takes; see abilities.js
  assistant: {}, // what the server's assistant can do: {serves, polishes, suggests, agentsAddKnowledge}
  agents: [], // colleagues, as config.toml names them
  line: { phase: "connecting", pongAt: 0, freshAt: 0, lostAt: 0, retryAt: 0, online: true },
  counts: null, // {ai, pending, manual, mine}
  countsAt: 0, // the eventId up to which they count
  countsDoubtful: false,
  news: [], // {serial, kind, id} of what an agent is told of wherever she looks; see news.js and alarms.js
  bell: NO_BELL, // what she can look up later; see bell.js
  sessions: {}, // id → SessionInfo
  handoffs: {}, // id → what who takes over is told, null if nothing; see handoffs.js
  doubtful: {}, // ids of sessions that may have moved without our knowing
  lists: {}, // source key → {phase, edge, cursor}; see sessions.js
  round: 0, // of loading: answers of an earlier one are not taken
  threads: {}, // id → what was said; see threads.js
  jump: null, // {id, seq, note} of what she is brought to
  earlier: {}, // id → the customer's sessions before it; see earlier.js
  notes: {}, // id → what colleagues told each other; see notes.js
  noting: {}, // id → notes the server has not answered yet
  renoting: {}, // noteId → {phase, error} of one that is being changed
  rewritten: {}, // noteId → what she has written in its place so far
  people: {}, // id → who the customer is; see people.js
  timing: null, // the session of which she says when to be reminded
  blocking: null, // the session whose customer is about to be blocked
  revealed: {}, // phone id → what this agent was shown; see phones.js
  logs: {}, // id → what was done with it; see deeds.js
  tagging: {}, // id → tags on their way
  offered: [], // tags that can be chosen
  viewing: {}, // id → csIds of who looks at it
  raw: null, // the message whose data are looked at
  panel: { wide: true, over: false }, // whether there is room for it, and whether it lies above the thread
  speakers: {}, // id → {seq, upTo, senderType, senderId, msgType, seconds, recalled, text} of the last message
  failed: {}, // id → how many of its messages did not arrive, as the server said
  recounting: {}, // ids of sessions whose count of those may be another now
  mentioned: {}, // ids of sessions with a note that names this agent
  reminders: {}, // id → {at, due}; see reminders.js
  remembered: false, // whether the server has told of them on this line
  reminding: null, // the session of which she is about to say when
  tags: [], // the usual ones, as config.toml names them
  attributes: [], // the usual names of what is kept of customers
  outgoing: {}, // id → replies the server has not answered yet
  drafts: {}, // id → text
  noteDrafts: {}, // id → text of a note for colleagues
  draftMarks: {}, // what the server knows of them; see drafts.js
  draftSerial: 0,
  modes: {}, // id → reply or note, whichever she writes
  quick: NO_QUICK, // quick replies; see quick.js
  forbidden: [], // {words, channels, action, reason}, as hello tells
  shop: "", // the shop's name, for quick replies
  socket: null, // by which the server knows this page's line
  helps: {}, // id → what the assistant was asked for; see helps.js
  helped: {}, // id → what it put into the draft
  files: {}, // clientMsgId → a file on its way; see files.js
  attached: {}, // id → clientMsgIds of files that lie ready to be sent
  acts: {}, // id → what this agent is doing to the session, until it is answered
  endings: {}, // ids of sessions that end unless the agent thinks better of it
  retrying: {}, // msgId → true
  serial: 0, // of events, to tell what is newer than an answer
  tab: "pending",
  channels: [], // empty is all
  filters: NO_FILTERS, // what else narrows and orders the list; see filters.js
  sought: "", // what the server is asked to look for; follows `filters.q` after a pause
  placed: false, // whether the address said what is listed
  place: { m: null, n: null }, // the seq of the message, and the id of the note, that the address leads to
  checked: {}, // ids of rows that are ticked
  labelling: null, // ids of the sessions whose tags are being changed in the list
  selected: null,
  missing: {}, // id → why a session cannot be shown
  reading: { atBottom: true, visible: true },
  toasts: [],
  help: false,
  lookups: {}, // what was asked of the platform about the open session; see lookups.js
  recalling: {}, // msgId → how far taking it back is
  releasing: null, // the session that is about to be handed back to the assistant
  judging: {}, // msgId → {verdict, note} that is on its way; see judging.js
  teaching: null, // {id, msgId} of the answer that is about to be added to the knowledge base
  carding: null, // the session to which a card is being written
  cardBegun: null, // what it begins with, `{kind, form}`, where that was chosen
  looking: null, // {id, key} of the picture that is looked at, or {src, name} of one that is on its way
  checkup: { open: false, phase: "idle", report: null, error: null },
  joining: NO_GUIDE, // how a channel is joined; see joining.js
  ...SEARCHING,
  served: NOT_ASKED, // what the assistant did by itself; see served.js
  own: {}, // what this agent wants wherever she sits; see preferences.js
  version: { loaded: null, now: null }, // of the page's files; see version.js
  ...FRAME,
  prefs: { lang: "zh-CN", theme: "system", density: "comfortable", sound: true, heardTone: false },
};
