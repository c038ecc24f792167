/*
 * Whether the page is older than its server: `hello` tells a digest of the page's files, and their own addresses name
 * that of the page that was loaded. A newer page is offered, and taken unasked only where nothing is lost.
 * Pure.
 */

const IDLE = 5 * 60_000; // ms without a key or a click

export const isOld = ({ version }) => Boolean(version.loaded && version.now && version.loaded !== version.now);

/** The version of the page that has a module of this address. */
export const versionOf = (address) => /\/static\/([0-9a-f]{16})\//.exec(address)?.[1] ?? null;

export const heardVersion = ({ version }, now = null) => ({
  loaded: version.loaded ?? now, now: now ?? version.now,
});

/** Whether it may load itself again: nobody is there, and nothing is begun that would be lost. */
export function mayRefresh(state, idle) {
  const { drafts, noteDrafts = {}, outgoing, attached, files, endings, acts, auth, line } = state;
  const begun = [drafts, noteDrafts, outgoing, attached, files, endings, acts]
    .some((each) => Object.keys(each).length > 0);
  const { blocking, carding, teaching, releasing, looking, settings, command } = state;
  const open = blocking || carding || teaching || releasing || looking || settings.open || command.open;
  return isOld(state) && idle >= IDLE && auth.phase === "in" && line.phase === "open" && !begun && !open;
}
