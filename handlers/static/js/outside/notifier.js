/*
 * The service worker behind notices on the desktop: browsers give buttons only to notices that such a one shows. It keeps
 * nothing, asks the server for nothing and sees no request: its scope is the folder it lies in, where no page is. What a
 * click means stands in the notice, and what is to be done the page does, so that an old one behind a newer page is right.
 *
 * A notice has `data`: `{id, csId, at}`. Pages are told `{id, csId, act}`, and say when there may be nobody left to keep
 * notices in step: `{alone}`, at that moment.
 */

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(lead({ ...event.notification.data, act: event.action }));
});

self.addEventListener("message", (event) => {
  if (event.data.alone) event.waitUntil(clear(event.data.alone, event.source?.id));
});

/** To the page she was at last, or to a new one. */
async function lead({ id = null, csId, act }) {
  const [open] = await pages();
  const page = open ?? await clients.openWindow(id ? `/#/s/${id}` : "/");
  page?.postMessage({ id, csId, act }); // a page that is loading hears it once it listens
  if (open) await open.focus().catch(() => {});
}

/** Without a page nobody would take away what is no longer so. */
async function clear(moment, but) {
  if ((await pages()).some((page) => page.id !== but)) return;
  for (const notice of await registration.getNotifications()) {
    if (notice.data.at < moment) notice.close();
  }
}

/** The one she was at last is the first. */
async function pages() {
  const all = await clients.matchAll({ type: "window", includeUncontrolled: true });
  return all.filter(({ url }) => new URL(url).pathname === "/");
}
