// What an inspector has entered and what is still to be sent, kept on this device (IndexedDB).
// Nothing leaves the queue before the server has confirmed the record and every photo's SHA-256.
'use strict';

const OneKmQueue = (() => {
  const NAME = 'onekm-inspections';
  const FIRST_WAIT = 1000;
  const LONGEST_WAIT = 300000;
  const PATIENCE = 60000;
  // On a bad network what failed is tried again at once, and several records are under way.
  const AT_ONCE = 4;
  const TRIES = 3;
  const PAUSE = 150;
  // So many failures one after another mean that there is no network, whatever the browser thinks.
  const GIVE_UP = 8;
  const listeners = new Set();
  let opened = null;
  let timer = 0;
  let running = null;

  // -- The store --------------------------------------------------------------------------------

  function database() {
    opened ??= new Promise((resolve, reject) => {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore('drafts', { keyPath: 'uuid' });
        asked.result.createObjectStore('records', { keyPath: 'uuid' });
        asked.result.createObjectStore('photos', { keyPath: ['uuid', 'sha256'] });
      };
      asked.onsuccess = () => {
        asked.result.onversionchange = () => asked.result.close();
        resolve(asked.result);
      };
      asked.onerror = () => reject(asked.error);
      asked.onblocked = () => reject(new Error('blocked'));
    }).catch((error) => { opened = null; throw error; });
    return opened;
  }

  // Runs `work` in one transaction and waits until it is on the disk.
  async function within(stores, mode, work) {
    const base = await database();
    return new Promise((resolve, reject) => {
      const transaction = base.transaction(stores, mode, { durability: 'strict' });
      let result;
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = () => reject(transaction.error ?? new Error('aborted'));
      transaction.onerror = () => reject(transaction.error);
      const keep = (asked, then = (value) => value) => {
        asked.onsuccess = () => { result = then(asked.result); };
      };
      work((name) => transaction.objectStore(name), keep, transaction);
    });
  }

  const get = (store, key) => within([store], 'readonly', (of, keep) => keep(of(store).get(key)));
  const all = (store) => within([store], 'readonly', (of, keep) => keep(of(store).getAll()));

  const ofVisit = (uuid) => IDBKeyRange.bound([uuid, ''], [uuid, '\uffff']);

  // -- Drafts -----------------------------------------------------------------------------------

  const draft = (uuid) => get('drafts', uuid);

  // Keeps a draft unless another tab has written it since it was read; false then.
  async function keepDraft(made) {
    const next = { ...made, revision: (made.revision ?? 0) + 1, at: Date.now() };
    let stale = false;
    await within(['drafts'], 'readwrite', (of) => {
      const asked = of('drafts').get(made.uuid);
      asked.onsuccess = () => {
        stale = (asked.result?.revision ?? 0) !== (made.revision ?? 0);
        if (!stale) of('drafts').put(next);
      };
    });
    if (stale) return null;
    tell();
    return next;
  }

  async function keepPhoto(uuid, sha256, type, data) {
    await within(['photos'], 'readwrite', (of) => of('photos').put({ uuid, sha256, type, data }));
  }

  const photo = (uuid, sha256) => get('photos', [uuid, sha256]);

  const dropPhoto = (uuid, sha256) => within(
    ['photos'], 'readwrite', (of) => of('photos').delete([uuid, sha256]));

  // -- The queue --------------------------------------------------------------------------------

  // A finished record: from now on its body is what it is, and it is sent until it is confirmed.
  async function finish(uuid, owner, title, body, hashes) {
    const record = {
      uuid, owner, title, body, hashes, digest: await sha256(new TextEncoder().encode(body)),
      state: 'waiting', attempts: 0, next: 0, told: '', at: Date.now(),
    };
    let known = false;
    await within(['records', 'drafts'], 'readwrite', (of) => {
      const asked = of('records').get(uuid);
      asked.onsuccess = () => {
        known = asked.result !== undefined;
        if (known) return;
        of('records').put(record);
        of('drafts').delete(uuid);
      };
    });
    tell();
    return !known;
  }

  const records = () => all('records');
  const drafts = () => all('drafts');

  async function change(uuid, values) {
    await within(['records'], 'readwrite', (of) => {
      const asked = of('records').get(uuid);
      asked.onsuccess = () => {
        if (asked.result) of('records').put({ ...asked.result, ...values });
      };
    });
    tell();
  }

  // Only for what is confirmed, or what the inspector himself gives up.
  async function remove(uuid) {
    await within(['records', 'drafts', 'photos'], 'readwrite', (of) => {
      of('records').delete(uuid);
      of('drafts').delete(uuid);
      of('photos').delete(ofVisit(uuid));
    });
    tell();
  }

  async function waiting() {
    return (await records()).filter((one) => one.state !== 'beside').length;
  }

  // -- Sending ----------------------------------------------------------------------------------

  class Away extends Error {}
  class Late extends Error {}
  class Enough extends Late {}
  class SignIn extends Error {}
  class Stuck extends Error {}

  async function ask(url, options) {
    let answer;
    try {
      answer = await fetch(url, {
        redirect: 'manual', cache: 'no-store', credentials: 'same-origin',
        signal: AbortSignal.timeout(PATIENCE), ...options,
      });
    } catch (error) {
      throw new Away(String(error));
    }
    if (answer.type === 'opaqueredirect' || answer.status === 401) throw new SignIn();
    if (answer.status === 429) throw new Enough(await reason(answer));
    if (answer.status === 408 || answer.status >= 500) {
      throw new Late(String(answer.status));
    }
    if (answer.status === 413) throw new Stuck(await reason(answer));
    let told;
    try {
      told = await answer.json();
    } catch (error) {
      throw new Away(String(error));
    }
    if (told.data) return told.data;
    // The token of a form belongs to a sign-in that has ended; any other refusal has its reason.
    if (told.error?.code === 'form_expired') throw new SignIn();
    throw new Stuck(told.error?.message ?? String(answer.status));
  }

  // Why the server does not take it, in its words; of a server before ours just the number.
  async function reason(answer) {
    try {
      return (await answer.json()).error.message;
    } catch (error) {
      return String(answer.status);
    }
  }

  // Who is signed in, and the token that goes with it: a form of this morning may have another.
  async function door() {
    for (let left = TRIES; ; left -= 1) {
      try {
        return await ask('/inspections/outbox', {});
      } catch (error) {
        if (!(error instanceof Away) || left === 1) throw error;
      }
    }
  }

  async function put(url, token, body, type) {
    for (let left = TRIES; ; left -= 1) {
      try {
        return await putOnce(url, token, body, type);
      } catch (error) {
        if (!(error instanceof Away) || left === 1) throw error;
        await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
      }
    }
  }

  function putOnce(url, token, body, type) {
    return ask(url, {
      method: 'PUT',
      body,
      headers: {
        'Content-Type': type, 'X-CSRFToken': token, 'X-Device-Time': new Date().toISOString(),
      },
    });
  }

  async function send(record, token) {
    const url = `/inspections/${record.uuid}`;
    let told = await put(url, token, record.body, 'application/json');
    if (told.digest !== record.digest) throw new Stuck('digest');
    const tried = new Set();
    while (told.missing.length > 0) {
      const wanted = told.missing.find((one) => !tried.has(one));
      if (wanted === undefined) throw new Late('missing');
      tried.add(wanted);
      const kept = await photo(record.uuid, wanted);
      if (!kept) throw new Stuck('photo');
      const answer = await put(`${url}/photos/${wanted}`, token, kept.data, kept.type);
      const beside = told.outcome === 'other';
      told = beside ? { ...told, missing: told.missing.filter((one) => one !== wanted) } : answer;
    }
    return told;
  }

  async function deliver(record, token) {
    try {
      const told = await send(record, token);
      if (told.outcome === 'other') {
        await change(record.uuid, { state: 'beside', told: '' });
      } else {
        await remove(record.uuid);
      }
      return true;
    } catch (error) {
      if (error instanceof SignIn) throw error;
      if (error instanceof Stuck) {
        await change(record.uuid, { state: 'stuck', told: error.message });
        return true;
      }
      const enough = error instanceof Enough;
      const attempts = record.attempts + 1;
      const wait = enough ? LONGEST_WAIT : Math.min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT);
      await change(record.uuid, {
        attempts,
        next: Date.now() + wait * (0.5 + Math.random() / 2),
        told: enough ? error.message : '',
      });
      return false;
    }
  }

  async function round() {
    const now = Date.now();
    const due = (await records()).filter((one) => one.state === 'waiting' && one.next <= now);
    if (due.length === 0) return;
    const { who, csrf } = await door();
    const own = due.filter((one) => one.owner === who).sort((a, b) => a.at - b.at);
    let failures = 0;
    const carry = async () => {
      while (own.length > 0 && failures < GIVE_UP) {
        failures = await deliver(own.shift(), csrf) ? 0 : failures + 1;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, carry));
  }

  // One tab sends at a time; the others are told by the store.
  async function sendAll() {
    const work = async () => {
      try {
        tell('sending');
        await round();
        tell('');
      } catch (error) {
        if (error instanceof SignIn) { tell('sign-in'); return; }
        if (error instanceof Stuck) { tell('barred'); return; }
        if (!(error instanceof Away || error instanceof Late)) throw error;
        tell('away');
        later(FIRST_WAIT * 2 + Math.random() * 3000);
        return;
      }
      await plan();
    };
    if (!navigator.locks) return work();
    return navigator.locks.request(
      `${NAME}-sending`, { ifAvailable: true }, (lock) => (lock ? work() : later(5000)));
  }

  async function plan() {
    const left = (await records()).filter((one) => one.state === 'waiting');
    if (left.length === 0) return;
    const soonest = Math.min(...left.map((one) => one.next));
    later(Math.max(250, soonest - Date.now()));
  }

  function later(wait) {
    clearTimeout(timer);
    timer = setTimeout(flush, Math.min(wait, LONGEST_WAIT));
  }

  function flush() {
    running ??= sendAll().finally(() => { running = null; });
    return running;
  }

  // The network is back, or the inspector asks: whoever waits need wait no longer.
  async function hurry(stuckToo = false) {
    for (const one of await records()) {
      const again = one.state === 'waiting' || (stuckToo && one.state === 'stuck');
      if (again) await change(one.uuid, { state: 'waiting', next: 0, attempts: 0, told: '' });
    }
    return flush();
  }

  // -- Files ------------------------------------------------------------------------------------

  async function sha256(data) {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
    return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  function base64(data) {
    const bytes = new Uint8Array(data);
    let text = '';
    for (let at = 0; at < bytes.length; at += 0x8000) {
      text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
    }
    return btoa(text);
  }

  // A record with its photos as a file, for an administrator to import.
  async function exported(uuid) {
    const record = await get('records', uuid);
    const kept = await within(
      ['photos'], 'readonly', (of, keep) => keep(of('photos').getAll(ofVisit(uuid))));
    return JSON.stringify({
      format: 'onekm-inspection-1',
      uuid,
      owner: record.owner,
      body: record.body,
      photos: kept
        .filter((one) => record.hashes.includes(one.sha256))
        .map((one) => ({ sha256: one.sha256, data: base64(one.data) })),
    });
  }

  // -- What is told -----------------------------------------------------------------------------

  function tell(state) {
    for (const listener of listeners) listener(state);
  }

  const usable = () => 'indexedDB' in self && globalThis.crypto?.subtle !== undefined;

  return {
    usable, draft, drafts, keepDraft, keepPhoto, photo, dropPhoto, finish, records, remove, waiting,
    flush, hurry, exported, sha256, listen: (listener) => listeners.add(listener),
  };
})();
