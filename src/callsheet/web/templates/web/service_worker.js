{% load static %}// Shows one kept page when a page cannot be fetched. Everything else goes its usual way.
const NAME = "offline-1";
const PAGE = "{% url 'offline' %}";
const KEPT = [PAGE, "{% static 'callsheet/site.css' %}"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(KEPT)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter((n) => n !== NAME).map((n) => caches.delete(n))))
      .then(() => self.clients.claim()),
  );
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(PAGE)));
  } else if (request.method === "GET" && request.url === new URL(KEPT[1], location.href).href) {
    event.respondWith(fetch(request).catch(() => caches.match(KEPT[1])));
  }
});
