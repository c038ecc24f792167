/*
 * Notices on the desktop, for who looks at another window and at no other tab of ours. A browser shows them only for
 * pages that came securely, and asks the agent once, after a click of hers. One per session: a newer takes the place of
 * the older, also another tab's. A click brings the page to the front and opens the session.
 */

const PATIENCE = 120; // ms for another tab to say that she looks at it

export function createDesktop(store, open) {
  const tell = () => store.dispatch({ type: "desktop", phase: phase() });
  const others = window.BroadcastChannel ? new BroadcastChannel("ccs.looked-at") : null;
  let lookedAt = false;
  tell();
  others?.addEventListener("message", ({ data }) => {
    if (data === "here") lookedAt = true;
    else if (document.hasFocus()) others.postMessage("here");
  });
  navigator.permissions?.query({ name: "notifications" }).then((permission) => {
    permission.addEventListener("change", tell);
  }).catch(() => {}); // a browser that does not tell

  return {
    /** Only from a click. */
    async ask() {
      if (phase() === "default") await Notification.requestPermission();
      tell();
    },
    /** `{tag, title, body, id}`; with `id` a click opens that session. */
    async show({ tag, title, body, id }) {
      if (phase() !== "granted" || document.hasFocus()) return;
      lookedAt = false;
      others?.postMessage("anybody?");
      await new Promise((resolve) => setTimeout(resolve, PATIENCE));
      if (lookedAt) return;
      try {
        const notice = new Notification(title, { body, tag, silent: true });
        notice.onclick = () => {
          window.focus();
          if (id) open(id);
          notice.close();
        };
      } catch {
        // Android has them for service workers only
      }
    },
  };
}

function phase() {
  if (!window.isSecureContext) return "insecure";
  if (!("Notification" in window)) return "missing";
  return Notification.permission;
}
