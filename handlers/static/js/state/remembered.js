/*
 * What costs a walk over all sessions is reckoned again only when something it depends on is another one. Since nothing
 * in the state is ever changed in place, looking at identities is enough, and nobody can tell the difference but by the
 * clock.
 */

/** `work(state)`, done again only when one of the things that `pick(state)` names changed. */
export function remembered(pick, work) {
  let last = null;
  let value;
  return (state) => {
    const things = pick(state);
    if (!last || things.some((thing, index) => thing !== last[index])) {
      value = work(state);
      last = things;
    }
    return value;
  };
}
