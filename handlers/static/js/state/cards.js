/*
 * Cards that an agent sends: what each kind consists of, what is wrong with one, and how it goes to the server. Pure.
 *
 * A form is `{number, title, price, state, url, desc}`, all texts as they were typed; a price is in 元, and goes in 分.
 */

import { threadOf } from "./threads.js";

export const BLANK = { number: "", title: "", price: "", state: "", url: "", desc: "" };
export const FIELDS = {
  product: ["number", "title", "price"], order: ["number", "title", "state", "price"], link: ["url", "title", "desc"],
};

const LONGEST_NUMBER = 64; // characters, as the server takes them
const LONGEST_TITLE = 300;
const COVERED = { title: 128, desc: 512 }; // bytes of a link that has a cover: WeCom's own limits
const PRICE = /^\d{1,10}(\.\d{1,2})?$/;
const MEMBERS = { product: "sku", order: "order" };
const bytes = new TextEncoder();

/** What has to be put right: `{field: [key, params]}`, keys of `cardFaults`; empty if it may go. */
export function faultsOf(kind, form, { covered = false } = {}) {
  const at = trimmed(form);
  const longest = (field) => (covered ? Math.floor(COVERED[field] / 3) : LONGEST_TITLE);
  const isLong = (field) => (covered ? bytes.encode(at[field]).length > COVERED[field] : at[field].length > LONGEST_TITLE);
  const faults = {};
  const rule = (field, broken, key, params = {}) => {
    if (FIELDS[kind].includes(field) && broken && !faults[field]) faults[field] = [key, params];
  };
  rule("number", !at.number, "number");
  rule("number", at.number.length > LONGEST_NUMBER, "numberLong");
  rule("price", at.price && !PRICE.test(at.price), "price");
  rule("url", !isWeb(at.url), "url");
  rule("title", kind === "link" && !at.title, "title");
  rule("title", isLong("title"), "titleLong", { n: longest("title") });
  rule("desc", isLong("desc"), "descLong", { n: longest("desc") });
  return faults;
}

/** The message it makes, and what is shown of it until the server's own has come: `{msgType, fields, shown}`. */
export function cardOf(kind, form) {
  const { number, price, url, ...at } = trimmed(form);
  if (kind === "link") {
    const fields = present({ url, title: at.title, desc: at.desc });
    return { msgType: kind, fields, shown: { content: at.title, fields } };
  }
  const state = kind === "order" ? at.state : "";
  const body = present({ id: number, title: at.title, state, price: PRICE.test(price) ? cents(price) : "" });
  const card = present({ number, title: at.title, state, price: PRICE.test(price) ? yuan(cents(price)) : "" });
  return { msgType: kind, fields: { [MEMBERS[kind]]: body }, shown: { content: at.title, fields: { card } } };
}

/** A form with what is known of a product or an order, as a card or a look-up says it; texts only. */
export function begun(known) {
  const texts = ["number", "title", "state"].filter((name) => typeof known[name] === "string");
  return { ...BLANK, ...Object.fromEntries(texts.map((name) => [name, known[name]])), price: plain(known.price) };
}

/** What a look-up fills in. */
export function filled(kind, form, found) {
  if (kind === "product") return { ...form, title: found.title ?? form.title, price: plain(found.price) || form.price };
  const [first, ...more] = found.items ?? [];
  const title = first?.title ? first.title + (more.length ? ` 等 ${more.length + 1} 件` : "") : form.title;
  return { ...form, title, state: found.state ?? form.state, price: plain(found.paid ?? found.total) || form.price };
}

/** The number of this kind that the customer named last; empty if none. */
export function lastNamed(state, id, kind) {
  const named = threadOf(state, id).messages.map(({ msgType, fields = {} }) => {
    if (msgType === kind) return fields.card?.number;
    return kind === "order" && Array.isArray(fields.orders) ? fields.orders.at(-1) : null;
  });
  return named.filter((number) => typeof number === "string").at(-1) ?? "";
}

const trimmed = (form) => Object.fromEntries(Object.entries(form).map(([name, text]) => [name, text.trim()]));
const present = (members) => Object.fromEntries(Object.entries(members).filter(([, value]) => value !== ""));
const yuan = (cents) => (cents / 100).toFixed(2);

/** Without the way over a fraction that no binary number holds. */
function cents(price) {
  const [whole, part = ""] = price.split(".");
  return Number(whole) * 100 + Number(part.padEnd(2, "0"));
}

/** A platform's price as it would be typed; empty if it is none. */
function plain(price) {
  const told = Number(price);
  return price && Number.isFinite(told) && told >= 0 ? told.toFixed(2) : "";
}

function isWeb(text) {
  try {
    return /^https?:\/\//.test(text) && Boolean(new URL(text));
  } catch {
    return false;
  }
}
