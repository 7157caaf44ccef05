// Keeps the shell of the pages and the hashed files that were used, so that the site opens at once and says what is the
// matter when there is no network. Pages and media always come from the network. The build fills in the names between double underscores.

const CACHE = `kapok-shell-${__VERSION__}`;
const SHELL = __SHELL__;
const HASHED_MAX = 60; // files of /assets/ that are kept

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(SHELL))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match("/offline")));
  else if (url.pathname.startsWith("/assets/")) event.respondWith(fromCache(request));
});

/** A hashed file never changes: the kept one will do. */
async function fromCache(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok && (await cache.keys()).length < HASHED_MAX) await cache.put(request, answer.clone());
  return answer;
}
