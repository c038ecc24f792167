/*
 * The phone numbers that a customer gave, masked until this agent asks for one. Pure.
 *
 * `state.revealed[phoneId]` is `{phase, number, why}`. What was shown is hidden again once she opens another session.
 */

import { personOf } from "./people.js";

const ENOUGH = 7; // digits; in fewer there is no number
const DIGITS = /[\p{Nd}〇零一二三四五六七八九幺]/gu;

/** Hers, `{id, masked, phase, number, why}`. */
export const phonesOf = (state, { sessionId }) =>
  (personOf(state, sessionId).customer?.phones ?? []).map((phone) => ({ phase: "masked", ...phone, ...state.revealed[phone.id] }));

/** Whether a number may stand in what a customer just wrote: then the server, which finds them, is asked again. */
export const mayHoldPhone = ({ senderType, content = "" }) =>
  senderType === "customer" && (content.match(DIGITS) ?? []).length >= ENOUGH;

const withPhone = (state, id, change) => ({ ...state, revealed: { ...state.revealed, [id]: change } });

export const PHONE_REDUCERS = {
  revealing: (state, { phone }) => withPhone(state, phone, { phase: "asking" }),
  revealed: (state, { phone, number }) => withPhone(state, phone, { phase: "shown", number }),
  unrevealed: (state, { phone, why }) => withPhone(state, phone, { phase: "masked", why }),
};
