/* The last searches of each agent, in this browser only: they may name customers. */

const keyOf = (csId) => `ccs.searches.${csId}`;

export function readSearches(csId) {
  try {
    const found = JSON.parse(localStorage.getItem(keyOf(csId)));
    return Array.isArray(found) ? found.filter((each) => typeof each === "string") : [];
  } catch {
    return [];
  }
}

export function writeSearches(csId, recent) {
  try {
    if (recent.length) localStorage.setItem(keyOf(csId), JSON.stringify(recent));
    else localStorage.removeItem(keyOf(csId));
  } catch {
    // full or forbidden
  }
}
