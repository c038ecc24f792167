/*
 * The customer panel: who the customer of a session is, what is kept of her, and how an agent has laid it out. Pure.
 *
 * `state.people[id]` is `{phase, customer, saving, fault}`: `saving` what is being written and not answered yet.
 * `state.tagging[id]` is `{add, remove}` while tags are on their way; `state.offered` the tags that can be chosen.
 */

import { namedIn } from "./lookups.js";
import { threadOf } from "./threads.js";

export const SECTIONS = ["identity", "handoff", "goods", "tags", "earlier", "about", "facts"];
export const LONGEST_REMARK = 40; // characters, as the server takes them
export const LONGEST_ABOUT = 2000;
export const LONGEST_TAG = 20;
export const MOST_TAGS = 20;

const NOBODY = { phase: "wanted", customer: null, saving: {}, fault: "" };
const KEPT = 30; // customers kept for coming back to
const LOOKED_THROUGH = 300; // messages in which orders and products are looked for
const MOST_GOODS = 10;
const HERS = ["blocked", "customerRemark", "customerChangedAt"]; // of a session, but the same in all her sessions
const LAYOUT = { open: true, order: [], folded: [], log: false };

export const personOf = (state, id) => state.people[id] ?? NOBODY;

/** What agents call her. */
export const remarkOf = (state, { sessionId, customerRemark = "" }) =>
  personOf(state, sessionId).saving.remark ?? customerRemark;

/**
 * What an event told of a customer holds for all her sessions: of those that have ended no event may come. What is kept of
 * her is asked for again where it is another than we know, but not while this agent's own change is on its way.
 */
export function customerTold(state, before, id) {
  const told = state.sessions[id];
  if (before && HERS.every((name) => before[name] === told[name])) return state;
  const next = toldOfEnded(state, told);
  return hersIn(next, told).map(({ sessionId }) => sessionId).filter((each) => isOld(personOf(next, each), told))
    .reduce((state, each) => withPerson(state, each, { phase: "wanted" }), next);
}

const isOld = ({ phase, customer, saving, fault }, { blocked, customerChangedAt }) => phase === "ready"
  && (customer.changedAt !== customerChangedAt || Boolean(customer.blocked) !== blocked)
  && (!Object.keys(saving).length || Boolean(fault));

const hersIn = ({ sessions }, { customerId, kfId, channelType }) => Object.values(sessions).filter(
  (each) => each.customerId === customerId && each.kfId === kfId && each.channelType === channelType,
);

/** Her sessions that have ended, as `told` says that she is. */
function toldOfEnded(state, told) {
  const others = hersIn(state, told).filter(
    (each) => each.status === "closed" && HERS.some((name) => each[name] !== told[name]),
  );
  if (!others.length) return state;
  const known = Object.fromEntries(HERS.map((name) => [name, told[name]]));
  return { ...state, sessions: {
    ...state.sessions, ...Object.fromEntries(others.map((each) => [each.sessionId, { ...each, ...known }])),
  } };
}

/** The same, as her card says. Of the open one events tell, and may be newer. */
function asOnCard(state, id, { blocked, remark = "", changedAt }) {
  const session = state.sessions[id];
  const told = { ...session, blocked: Boolean(blocked), customerRemark: remark, customerChangedAt: changedAt };
  return session ? toldOfEnded(state, told) : state;
}

/** How she has laid the panel out: `{open, order, folded, log}`; whatever was stored, every section is there once. */
export function layoutOf({ own }) {
  const kept = { ...LAYOUT, ...own.panel };
  const known = (Array.isArray(kept.order) ? kept.order : []).filter((name) => SECTIONS.includes(name));
  const order = [...new Set([...known, ...SECTIONS])];
  const folded = Array.isArray(kept.folded) ? kept.folded : [];
  return { open: kept.open !== false, order, folded, log: kept.log === true };
}

/** Whether it is seen: beside the thread where there is room, above it where there is not. */
export function isPanelShown(state) {
  const { wide, over } = state.panel;
  return Boolean(state.selected) && (wide ? layoutOf(state).open : over);
}

/** The order with one section moved up (-1) or down (1). */
export function moved(order, name, step) {
  const from = order.indexOf(name);
  const to = Math.max(0, Math.min(order.length - 1, from + step));
  const rest = order.filter((each) => each !== name);
  return [...rest.slice(0, to), name, ...rest.slice(to)];
}

/** Whether she is to be asked for: somebody looks, or is to be told why she is blocked. */
export const wantsPerson = (state, { sessionId: id, blocked }) =>
  (isPanelShown(state) || Boolean(blocked)) && personOf(state, id).phase === "wanted";

/** A session's tags, with what this agent does to them as if it were done. */
export function tagsOf(state, { sessionId, tags = [] }) {
  const { add = [], remove = [] } = state.tagging[sessionId] ?? {};
  return [...new Set([...tags, ...add])].filter((tag) => !remove.includes(tag));
}

/** Tags that could be added: the usual ones first, as the server names them. */
export function tagsToOffer({ offered }, tags, typed) {
  const wanted = typed.trim().toLowerCase();
  return offered.map(({ name }) => name)
    .filter((name) => !tags.includes(name) && name.toLowerCase().includes(wanted));
}

/** What is wrong with a tag, as a key; null if nothing is. */
export function faultOfTag(tag, tags) {
  if (!tag || tag.startsWith("#") || /[\r\n]/.test(tag)) return "tagOdd";
  if ([...tag].length > LONGEST_TAG) return "tagLong";
  return tags.length >= MOST_TAGS ? "tagsMany" : null;
}

/** Orders and products that were named lately, the last first, each once: `{what, number, title}`. */
export function goodsNamed(state, session) {
  const found = new Map();
  const add = (what, number, title = "") => {
    const key = `${what}/${number}`;
    if (number && found.size < MOST_GOODS && !found.get(key)?.title) found.set(key, { what, number, title });
  };
  for (const told of threadOf(state, session.sessionId).messages.slice(-LOOKED_THROUGH).reverse()) {
    const card = told.fields?.card;
    const what = { order: "orders", product: "products" }[told.msgType];
    if (what && typeof card?.number === "string") add(what, card.number, typeof card.title === "string" ? card.title : "");
    for (const named of namedIn(told, state, session)) add(named.what, named.number);
  }
  const { orders = [], products = [] } = state.handoffs[session.sessionId] ?? {};
  for (const number of orders) add("orders", number);
  for (const number of products) add("products", number);
  return [...found.values()];
}

/** Now; the event that tells of it may come later. */
function renamed(state, id, { remark }) {
  const session = state.sessions[id];
  if (!session || session.status === "closed" || session.customerRemark === remark) return state;
  return { ...state, sessions: { ...state.sessions, [id]: { ...session, customerRemark: remark } } };
}

function withPerson(state, id, change) {
  const { [id]: known = NOBODY, ...others } = state.people;
  const kept = Object.fromEntries(Object.entries(others).slice(1 - KEPT));
  return { ...state, people: { ...kept, [id]: { ...known, ...change } } };
}

export const PEOPLE_REDUCERS = {
  ownKept: (state, { name, value }) => ({ ...state, own: { ...state.own, [name]: value } }),
  panel: (state, { type, ...change }) => ({ ...state, panel: { ...state.panel, ...change } }),
  personLoading: (state, { id }) => withPerson(state, id, { phase: "loading" }),
  personLoaded: (state, { id, customer }) =>
    withPerson(asOnCard(state, id, customer), id, { phase: "ready", customer }),
  personFailed: (state, { id }) => withPerson(state, id, { phase: "failed" }),
  personRetried: (state, { id }) => withPerson(state, id, { phase: "wanted" }),
  /** More may be known of her: what is shown stays until it comes. */
  personDoubted: (state, { id }) => (state.people[id] ? withPerson(state, id, { phase: "wanted" }) : state),
  /** `change` is `{remark}`, `{note}` or `{attributes}`. */
  personSaving: (state, { id, change }) =>
    withPerson(state, id, { saving: { ...personOf(state, id).saving, ...change }, fault: "" }),
  /** What was written on since is still on its way. */
  personSaved: (state, { id, change, customer }) => {
    const { saving } = personOf(state, id);
    const left = Object.fromEntries(Object.entries(saving).filter(([name, value]) => value !== change[name]));
    return withPerson(asOnCard(renamed(state, id, customer), id, customer), id, { phase: "ready", customer, saving: left });
  },
  personUnsaved: (state, { id, fault }) => withPerson(state, id, { fault }),
  tagging: (state, { id, change }) => {
    const { [id]: _, ...tagging } = state.tagging;
    return { ...state, tagging: change ? { ...tagging, [id]: change } : tagging };
  },
  tagsOffered: (state, { tags }) => ({ ...state, offered: tags }),
  "told:viewing": (state, { frame: { sessionId: id, data: { csIds } } }) => {
    const { [id]: _, ...viewing } = state.viewing;
    return { ...state, viewing: csIds.length ? { ...viewing, [id]: csIds } : viewing };
  },
};

/** Who else looks at a session; that its holder does goes without saying. */
export function othersViewing({ viewing, me, sessions }, id) {
  const { status, manualCsId } = sessions[id] ?? {};
  const holder = status === "manual" ? manualCsId : null;
  return (viewing[id] ?? []).filter((csId) => csId !== me?.csId && csId !== holder);
}
