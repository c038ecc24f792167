/*
 * Customers of whom agents want nothing: the server takes what they write and calls nobody. Pure.
 *
 * `state.blocking` is the session whose customer is about to be blocked. Of a blocked customer's session we are told
 * `blocked`, no `waitingSince` and nothing unread, so no clock of hers runs; here it is kept from being counted or called for.
 */

export const BLOCKING_REDUCERS = {
  blocking: (state, { id }) => ({ ...state, blocking: id }),
};
