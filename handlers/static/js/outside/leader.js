/*
 * Of all tabs of this browser one is heard. Only those stand that may sound, which a browser allows after a click or a
 * key; the first of them leads until it goes. By Web Locks, and on plain http, where there are none, by asking the
 * other tabs at the moment a tone is due: timers of hidden tabs sleep, their messages do not.
 */

const NAME = "ccs.audible";
const PATIENCE = 120; // ms for another tab to say that it leads

export function createLeader() {
  return navigator.locks ? byLocks() : window.BroadcastChannel ? byAsking() : { stand() {}, leads: async () => true };
}

function byLocks() {
  let stands = false;
  let leads = false;
  return {
    stand() {
      if (stands) return;
      stands = true;
      navigator.locks.request(NAME, () => {
        leads = true;
        return new Promise(() => {}); // held as long as this tab lives
      }).catch(() => { leads = true; }); // a browser that forbids it: rather two tones than none
    },
    leads: async () => leads,
  };
}

function byAsking() {
  const channel = new BroadcastChannel(NAME);
  let rank = null; // the least leads
  let objected = false;

  channel.addEventListener("message", ({ data }) => {
    if (data.ask && rank !== null && rank < data.ask) channel.postMessage({ mine: rank });
    if (data.mine && rank !== null && data.mine < rank) objected = true;
  });
  return {
    stand() {
      rank ??= `${String(Date.now()).padStart(15, "0")}-${Math.random()}`;
    },
    async leads() {
      if (rank === null) return false;
      objected = false;
      channel.postMessage({ ask: rank });
      await new Promise((resolve) => setTimeout(resolve, PATIENCE));
      return !objected;
    },
  };
}
