// The service worker of visits: without a network it gives the pages of today that the list has put
// away, and the files they are made of. What was entered is not its business (inspections-queue.js).
'use strict';

const PAGES = 'onekm-inspections-pages';
const PARTS = 'onekm-inspections-parts';
const PATIENCE = 6000;

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith('/static/')) event.respondWith(part(request));
  else if (request.mode === 'navigate') event.respondWith(page(request, url));
});

// A file bears its content in its address: what was kept once is as good as what would come.
async function part(request) {
  const cache = await caches.open(PARTS);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

// The network first: what is kept may be of this morning.
async function page(request, url) {
  const cache = await caches.open(PAGES);
  try {
    const answer = await Promise.race([fetch(request), late()]);
    // A page of the versions with which a visit was begun is wanted again where there is no network.
    if (answer.ok && url.searchParams.has('versions')) await cache.put(request, answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache.match(request) ?? await cache.match(url.pathname) ?? await cache.match('/inspections/');
    if (kept) return kept;
    throw error;
  }
}

function late() {
  return new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error('no answer')), PATIENCE);
  });
}
