/* The service worker: shows what a push service brings, and leads to its card. Served at /push-worker.js (A1). */
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  let card;
  try {
    card = event.data.json();
  } catch {
    return; // not from us
  }
  const { id, title, text, url } = card;
  event.waitUntil(self.registration.showNotification(title, { body: text, tag: id, data: { url } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(new URL(event.notification.data?.url ?? "/assistant/", self.location.origin)));
});

/* The tab that shows it already; else one in which nobody is writing, led there; else a new one. */
async function show(target) {
  if (target.origin !== self.location.origin) return;
  const tabs = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = tabs.find((tab) => new URL(tab.url).pathname === target.pathname);
  if (there) return there.focus();
  const free = tabs.find((tab) => !/^\/compose\/|\/edit\/$|\/new\/$/.test(new URL(tab.url).pathname));
  const led = free && (await free.navigate(target.href).catch(() => null));
  return led ? led.focus() : self.clients.openWindow(target.href);
}
