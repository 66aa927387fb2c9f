// Every page of visits: how much is still to be sent, and putting today's pages away for a place
// without a network. On the page of a visit: keeping what is entered, photos, signing, finishing.
'use strict';

(() => {
  const words = Object.fromEntries(
    [...document.querySelectorAll('#visit-words [data-word]')].map(
      (each) => [each.dataset.word, each.textContent]));
  const say = (name, values = {}) => Object.entries(values).reduce(
    (text, [key, value]) => text.replace(`{${key}}`, value), words[name] ?? name);
  const bar = document.getElementById('visit-unsent');
  const queue = document.getElementById('visit-queue');
  const owner = document.getElementById('visit-words')?.dataset.owner ?? '';

  function make(tag, text, name) {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    if (name) made.className = name;
    return made;
  }

  // -- What is still to be sent -----------------------------------------------------------------

  let sending = '';
  let sent = 0;

  let showing = 0;

  // A queue that moves tells so many times a second; the page need not follow each.
  function showSoon(state) {
    if (state !== undefined) sending = state;
    showing ||= setTimeout(() => { showing = 0; showUnsent(); }, 300);
  }

  async function showUnsent() {
    const left = await OneKmQueue.records();
    const waiting = left.filter((one) => one.state !== 'beside');
    // What is open here is no news to whoever fills it in.
    const open = document.getElementById('visit')?.dataset.uuid;
    const drafts = (await OneKmQueue.drafts()).filter((one) => one.uuid !== open);
    bar.hidden = false;
    document.getElementById('visit-send').hidden = waiting.length === 0;
    bar.querySelector('[data-unsent]').textContent = waiting.length;
    bar.classList.toggle('warn', waiting.length > 0);
    bar.classList.toggle('ok', waiting.length === 0);
    const told = bar.querySelector('[data-told]');
    const others = waiting.filter((one) => one.owner !== owner);
    if (sending === 'sign-in') told.textContent = say('sign-in');
    else if (waiting.length && sending === 'barred') told.textContent = say('barred');
    else if (waiting.length && (sending === 'away' || !navigator.onLine)) told.textContent = say('away');
    else if (others.length) told.textContent = say('others', { who: others[0].owner, number: others.length });
    else if (waiting.some((one) => one.state === 'stuck' || one.told)) told.textContent = say('stuck');
    else if (waiting.length) told.textContent = say('sending');
    else told.textContent = drafts.length ? say('drafts', { number: drafts.length }) : '';
    bar.querySelector('[data-sign-in]').hidden = sending !== 'sign-in';
    if (queue) showQueue(left, drafts);
    markVisits(left, drafts);
    // What was on its way has arrived: the list of the day is another.
    if (queue && sent > waiting.length && waiting.length === 0 && sending === '' && navigator.onLine) {
      location.reload();
    }
    sent = waiting.length;
  }

  function markVisits(left, drafts) {
    const state = new Map([
      ...drafts.map((one) => [one.uuid, 'state-draft']),
      ...left.map((one) => [one.uuid, `state-${one.state}`]),
    ]);
    for (const link of document.querySelectorAll('a.visit-link')) {
      link.querySelector('.tag')?.remove();
      const known = state.get(link.pathname.split('/').pop());
      if (known) link.append(' ', make('span', say(known), 'tag warn'));
    }
  }

  function showQueue(left, drafts) {
    const list = queue.querySelector('ul');
    list.replaceChildren();
    for (const one of left) list.append(shownRecord(one));
    for (const one of drafts) list.append(shownDraft(one));
    queue.hidden = left.length + drafts.length === 0;
  }

  function shownRecord(one) {
    const item = make('li');
    const head = make('p');
    head.append(make('b', one.title), ' ');
    const state = one.state === 'waiting' ? 'waiting' : one.state;
    head.append(make('span', say(`state-${state}`), `tag ${one.state === 'waiting' ? 'warn' : 'bad'}`));
    item.append(head);
    if (one.told) item.append(make('p', told(one), 'small'));
    const acts = make('p', '', 'row');
    const send = make('button', say('send-now'), 'btn quiet');
    send.addEventListener('click', () => OneKmQueue.hurry(true));
    const save = make('button', say('export'), 'btn quiet');
    save.addEventListener('click', () => exportRecord(one));
    acts.append(send, save);
    if (one.state !== 'waiting') {
      const drop = make('button', say('drop'), 'btn quiet');
      drop.addEventListener('click', () => {
        // Twice, so that no thumb does it by chance.
        if (drop.dataset.sure) OneKmQueue.remove(one.uuid);
        drop.dataset.sure = '1';
        drop.textContent = say('drop-sure');
      });
      acts.append(drop);
    }
    item.append(acts);
    return item;
  }

  const told = (one) => (words[`told-${one.told}`] ? say(`told-${one.told}`) : one.told);

  function shownDraft(one) {
    const item = make('li');
    const link = make('a', one.title);
    link.href = `/inspections/${one.uuid}`;
    const head = make('p');
    head.append(link, ' ', make('span', say('state-draft'), 'tag'));
    item.append(head);
    return item;
  }

  async function exportRecord(one) {
    const text = await OneKmQueue.exported(one.uuid);
    const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
    const link = make('a');
    link.href = address;
    link.download = `onekm-${one.uuid}.json`;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  }

  // -- For a place without a network ------------------------------------------------------------

  const PACKED = 'onekm-inspections-packed';
  const PACK_EVERY = 600000;

  async function putAway() {
    if (!('serviceWorker' in navigator)) return;
    await navigator.serviceWorker.register('/inspections/worker.js', { scope: '/inspections/' });
    const shown = document.getElementById('visit-packed');
    if (!shown) return;
    const last = JSON.parse(sessionStorage.getItem(PACKED) ?? 'null');
    if (last?.owner === owner && Date.now() - last.at < PACK_EVERY && last.of === shown.dataset.of) {
      shown.textContent = say('packed', { number: last.number });
      return;
    }
    const answer = await fetch('/inspections/pack', { redirect: 'error', cache: 'no-store' });
    if (!answer.ok) return;
    const { pages, parts } = (await answer.json()).data;
    const headers = { 'Content-Type': 'text/html; charset=utf-8' };
    for (const name of ['Content-Security-Policy', 'X-Content-Type-Options', 'Referrer-Policy']) {
      if (answer.headers.get(name)) headers[name] = answer.headers.get(name);
    }
    const files = await caches.open('onekm-inspections-parts');
    for (const part of parts) if (!(await files.match(part))) await files.add(part);
    const begun = await pagesBegun();
    await caches.delete('onekm-inspections-pages');
    const kept = await caches.open('onekm-inspections-pages');
    for (const [address, page] of begun) await kept.put(address, page);
    for (const [path, html] of Object.entries(pages)) {
      await kept.put(path, new Response(html, { headers }));
    }
    const number = Object.keys(pages).length - 1;
    sessionStorage.setItem(
      PACKED, JSON.stringify({ owner, at: Date.now(), number, of: shown.dataset.of }));
    shown.textContent = say('packed', { number });
  }

  // What was begun here is finished on the page that it was begun with: another version of the
  // standard asks other things. Such a page stays under an address that names its versions.
  async function pagesBegun() {
    const kept = await caches.open('onekm-inspections-pages');
    const found = [];
    for (const { uuid, values } of await OneKmQueue.drafts()) {
      if (!values.versions) continue;
      const path = `/inspections/${uuid}`;
      const address = `${path}?versions=${encodeURIComponent(values.versions)}`;
      const named = await kept.match(address);
      const plain = named ? null : await kept.match(path);
      if (named) found.push([address, named]);
      else if (plain && await shows(plain.clone(), values.versions)) found.push([address, plain]);
    }
    return found;
  }

  async function shows(answer, versions) {
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    return page.getElementById('visit')?.elements.versions.value === versions;
  }

  // A browser may throw away what a page keeps unless it promises not to.
  async function stay() {
    const safe = await navigator.storage?.persist?.().catch(() => false);
    const warning = document.getElementById('visit-unsafe');
    // It matters where something is kept here, or is about to be.
    const kept = (await OneKmQueue.records()).length + (await OneKmQueue.drafts()).length;
    const due = document.getElementById('visit-packed') !== null;
    if (warning) warning.hidden = Boolean(safe) || !(kept || due);
    const room = await navigator.storage?.estimate?.().catch(() => null);
    const little = room && room.quota - room.usage < 50 * 1024 * 1024;
    const full = document.getElementById('visit-full');
    if (full) full.hidden = !little;
  }

  // -- Begin ------------------------------------------------------------------------------------

  if (!bar) return;
  if (!('indexedDB' in window) || !window.crypto?.subtle) {
    const without = document.getElementById('visit-without');
    if (without) without.hidden = false;
    return;
  }
  document.documentElement.classList.add('visits');
  OneKmQueue.listen(showSoon);
  window.addEventListener('online', () => OneKmQueue.hurry());
  window.addEventListener('offline', () => showUnsent());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') OneKmQueue.flush();
  });
  document.getElementById('visit-send')?.addEventListener('click', () => OneKmQueue.hurry(true));
  showUnsent().then(() => OneKmQueue.flush()).then(stay);
  putAway().catch(() => {});
})();
