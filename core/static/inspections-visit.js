// The page of a visit on a telephone: every stroke is kept on the device (inspections-device.js),
// and what is finished goes into the queue (inspections-queue.js).
// Without this script the page is an ordinary form.
'use strict';

(async () => {
  const form = document.getElementById('visit');
  if (!form || !OneKmQueue.usable()) return;

  const SETTLES = 400;
  const { uuid, site, title, owner } = form.dataset;
  const versions = JSON.parse(form.dataset.versions);
  const words = Object.fromEntries(
    [...document.querySelectorAll('#visit-words [data-word]')].map(
      (each) => [each.dataset.word, each.textContent]));
  const say = (name, values = {}) => Object.entries(values).reduce(
    (text, [key, value]) => text.replace(`{${key}}`, value), words[name] ?? name);
  const checks = [...form.querySelectorAll('fieldset[data-key]')];
  const state = document.getElementById('visit-state');
  const fault = document.getElementById('visit-fault');
  const next = document.getElementById('visit-next');
  const blank = () => ({
    uuid, site, title, owner, started: null, arrival: null, values: {}, photos: [],
  });

  const records = await OneKmQueue.records();
  if (records.some((one) => one.uuid === uuid)) {
    form.hidden = true;
    document.getElementById('visit-done').hidden = false;
    return;
  }
  let draft = await OneKmQueue.draft(uuid) ?? blank();
  // What was begun is finished by the versions that it was begun with, whatever came out since.
  const begun = draft.values.versions;
  if (begun && begun !== form.elements.versions.value) {
    if (!location.search) location.replace(`?versions=${encodeURIComponent(begun)}`);
    // Without a network there may be the page of another version alone: it asks other things.
    form.hidden = true;
    document.getElementById('visit-other').hidden = false;
    return;
  }
  let timer = 0;
  let keeping = Promise.resolve();

  // -- Keeping ----------------------------------------------------------------------------------

  function values() {
    const found = {};
    for (const [name, value] of new FormData(form)) {
      if (typeof value === 'string' && name !== 'csrf_token' && value !== '') found[name] = value;
    }
    return found;
  }

  // One after another, so that a photo and a word typed meanwhile do not undo each other.
  function keep(changed = {}) {
    keeping = keeping.then(async () => {
      const kept = await OneKmQueue.keepDraft({
        ...draft, started: draft.started ?? new Date().toISOString(), values: values(), ...changed,
      });
      if (kept === null) { location.reload(); return; }
      draft = kept;
      state.textContent = say(navigator.onLine ? 'kept' : 'kept-offline');
      state.className = 'tag ok';
    }).catch((error) => {
      state.textContent = say('not-kept');
      state.className = 'tag bad';
      console.warn(error);
    });
    return keeping;
  }

  function soon() {
    state.textContent = say('keeping');
    state.className = 'tag';
    clearTimeout(timer);
    timer = setTimeout(keep, SETTLES);
  }

  function restore() {
    for (const [name, value] of Object.entries(draft.values)) {
      for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (field.type === 'radio') field.checked = field.value === value;
        else if (field.type !== 'file') field.value = value;
      }
    }
  }

  // -- Progress ---------------------------------------------------------------------------------

  const chosen = (check) => check.querySelector('input[type=radio]:checked')?.value ?? '';

  function show() {
    let answered = 0;
    for (const check of checks) {
      const result = chosen(check);
      if (result) answered += 1;
      const { registry } = check.dataset;
      // Whoever finds a fault says what it is, and with that why the register is wrong.
      const against = registry === 'failed' && result === 'pass';
      check.querySelector('.check-more').hidden = !result;
      for (const part of check.querySelectorAll('[data-when=fail]')) part.hidden = result !== 'fail';
      for (const part of check.querySelectorAll('[data-when=against]')) part.hidden = !against;
    }
    document.getElementById('visit-progress').value = answered;
    document.getElementById('visit-count').textContent = say(
      'progress', { done: answered, of: checks.length });
    next.hidden = answered === 0 || answered === checks.length;
    for (const chapter of form.querySelectorAll('[data-chapter]')) {
      const inside = [...chapter.querySelectorAll('fieldset[data-key]')];
      chapter.querySelector('[data-done]').textContent =
        `${inside.filter(chosen).length} / ${inside.length}`;
    }
  }

  // The first without an answer below what is in sight, or else the first of all.
  next.addEventListener('click', () => {
    const left = checks.filter((check) => !chosen(check));
    const below = left.find((check) => check.getBoundingClientRect().top > window.innerHeight / 2);
    const found = below ?? left[0];
    found?.scrollIntoView({ block: 'start' });
    found?.querySelector('input[type=radio]').focus({ preventScroll: true });
  });

  // -- Arrival ----------------------------------------------------------------------------------

  const arrive = document.getElementById('visit-arrive');
  const arrived = document.getElementById('visit-arrived');

  function showArrival() {
    if (!draft.started) return;
    const time = new Date(draft.started).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
    const { lat, lon } = form.dataset;
    let text = say('arrived', { time });
    if (!draft.arrival) text += say('arrived-nowhere');
    else if (lat) {
      const away = OneKmDevice.metres(draft.arrival, { lat: Number(lat), lon: Number(lon) });
      text += say('arrived-away', { metres: away, accuracy: draft.arrival.accuracy ?? '?' });
    } else text += say('arrived-unplaced');
    arrived.textContent = text;
  }

  arrive.addEventListener('click', async () => {
    arrive.disabled = true;
    arrived.textContent = say('locating');
    const found = await OneKmDevice.position();
    await keep({ arrival: found ?? draft.arrival });
    arrive.disabled = false;
    showArrival();
  });

  // -- Photos -----------------------------------------------------------------------------------

  async function addPhoto(key, file) {
    const kept = await OneKmDevice.keep(uuid, await OneKmDevice.small(file));
    if (draft.photos.some((one) => one.sha256 === kept.sha256)) return;
    await keep({ photos: [...draft.photos, { ...kept, kind: 'evidence', key }] });
  }

  async function addPhotos(box, input) {
    const told = box.querySelector('[data-told]');
    told.textContent = say('photo-working');
    let wrong = 0;
    for (const file of [...input.files]) {
      try {
        await addPhoto(box.dataset.photos, file);
      } catch (error) {
        wrong += 1;
        console.warn(error);
      }
    }
    input.value = '';
    await showPhotos(box);
    if (wrong) told.textContent = say('photo-unreadable', { number: wrong });
  }

  async function showPhotos(box) {
    const list = box.querySelector('ul');
    const mine = draft.photos.filter(
      (one) => one.kind === 'evidence' && one.key === box.dataset.photos);
    list.replaceChildren();
    for (const one of mine) list.append(await shownPhoto(box, one));
    box.querySelector('[data-told]').textContent =
      mine.length ? say('photos', { number: mine.length }) : '';
  }

  async function shownPhoto(box, one) {
    const item = document.createElement('li');
    const kept = await OneKmQueue.photo(uuid, one.sha256);
    if (kept) {
      const image = await createImageBitmap(new Blob([kept.data], { type: kept.type }));
      const canvas = OneKmDevice.drawn(image, 16000);
      canvas.setAttribute('role', 'img');
      canvas.setAttribute('aria-label', say('photo-of', { hash: one.sha256.slice(0, 8) }));
      item.append(canvas);
    }
    const drop = document.createElement('button');
    drop.type = 'button';
    drop.className = 'link';
    drop.textContent = say('photo-drop');
    drop.addEventListener('click', async () => {
      await keep({ photos: draft.photos.filter((other) => other.sha256 !== one.sha256) });
      await OneKmQueue.dropPhoto(uuid, one.sha256);
      await showPhotos(box);
    });
    item.append(drop);
    return item;
  }

  // -- Signatures -------------------------------------------------------------------------------

  function signing(box) {
    const canvas = box.querySelector('canvas');
    const pen = canvas.getContext('2d');
    const { side } = box.dataset;
    const own = (one) => one.kind === 'signature' && one.side === side;
    let drawing = false;
    let touched = false;

    function clear() {
      pen.fillStyle = '#fff';
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.strokeStyle = '#15231d';
      pen.lineWidth = 3;
      pen.lineCap = pen.lineJoin = 'round';
    }

    function at(event) {
      const edge = canvas.getBoundingClientRect();
      return [
        (event.clientX - edge.left) * canvas.width / edge.width,
        (event.clientY - edge.top) * canvas.height / edge.height,
      ];
    }

    async function keepDrawn() {
      if (!touched) return;
      const kept = await OneKmDevice.keep(uuid, await OneKmDevice.encoded(canvas, 'image/png'));
      const photo = { ...kept, kind: 'signature', key: '', side, at: new Date().toISOString() };
      await keep({ photos: [...draft.photos.filter((one) => !own(one)), photo] });
    }

    async function restoreDrawn() {
      const photo = draft.photos.find(own);
      const kept = photo && await OneKmQueue.photo(uuid, photo.sha256);
      if (!kept) return;
      pen.drawImage(await createImageBitmap(new Blob([kept.data])), 0, 0);
    }

    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      drawing = touched = true;
      pen.beginPath();
      pen.moveTo(...at(event));
    });
    canvas.addEventListener('pointermove', (event) => {
      if (!drawing) return;
      pen.lineTo(...at(event));
      pen.stroke();
    });
    for (const end of ['pointerup', 'pointercancel']) {
      canvas.addEventListener(end, () => { drawing = false; keepDrawn(); });
    }
    box.querySelector('[data-clear]').addEventListener('click', async () => {
      clear();
      touched = false;
      await keep({ photos: draft.photos.filter((one) => !own(one)) });
    });
    clear();
    box.querySelector('.sign-pad').hidden = false;
    return restoreDrawn();
  }

  // -- Finishing --------------------------------------------------------------------------------

  function left() {
    const found = [];
    for (const check of checks) {
      const result = chosen(check);
      const name = check.querySelector('legend').textContent.trim();
      const needed = (part) => {
        const field = check.querySelector(`[data-needed=${part}]`);
        return field && !field.closest('[hidden]') && !field.value.trim();
      };
      if (!result) found.push([check, say('unanswered', { name })]);
      else if (result === 'fail' && needed('note')) found.push([check, say('noteless', { name })]);
      else if (needed('reason')) found.push([check, say('reasonless', { name })]);
    }
    return found;
  }

  function showLeft(found) {
    const list = fault.querySelector('ul');
    list.replaceChildren();
    for (const [check, text] of found) {
      const item = document.createElement('li');
      const link = document.createElement('a');
      link.href = `#${check.id}`;
      link.textContent = text;
      item.append(link);
      list.append(item);
    }
    fault.hidden = found.length === 0;
    if (found.length) fault.focus();
  }

  function answer(check) {
    const { key } = check.dataset;
    const cut = key.indexOf('/');
    const result = chosen(check);
    const field = (name) => form.elements[`${name}:${key}`]?.value.trim() ?? '';
    const made = {
      standard: key.slice(0, cut), criterion: key.slice(cut + 1), result, note: field('note'),
    };
    if (!check.querySelector('[data-when=against]')?.hidden && field('reason')) {
      made.reason = field('reason');
    }
    if (result === 'fail' && field('due')) made.due_days = Number(field('due'));
    return made;
  }

  function signatures() {
    const found = [];
    for (const side of ['inspector', 'site']) {
      const name = form.elements[`signed:${side}`].value.trim().replace(/\s+/g, ' ');
      const photo = draft.photos.find((one) => one.kind === 'signature' && one.side === side);
      if (!name) continue;
      const made = { side, name, at: photo?.at ?? new Date().toISOString() };
      if (photo) made.sha256 = photo.sha256;
      found.push(made);
    }
    return found;
  }

  function record() {
    const signed = signatures();
    const drawnNames = new Set(signed.map((one) => one.sha256));
    const photos = draft.photos
      .filter((one) => one.kind === 'evidence' || drawnNames.has(one.sha256))
      .map(({ sha256, size, kind, key }) => ({ sha256, size, kind, key }));
    return {
      site,
      versions,
      started_at: draft.started,
      finished_at: new Date().toISOString(),
      arrival: draft.arrival,
      answers: checks.map(answer),
      photos,
      signatures: signed,
      words: form.elements.words.value.trim(),
    };
  }

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const found = left();
    showLeft(found);
    if (found.length) return;
    clearTimeout(timer);
    await keep();
    const made = record();
    await OneKmQueue.finish(
      uuid, owner, title, JSON.stringify(made), made.photos.map((one) => one.sha256));
    location.assign('/inspections/');
  });

  // -- Begin ------------------------------------------------------------------------------------

  form.noValidate = true;
  form.addEventListener('input', (event) => {
    if (event.target.type === 'file') return;
    show();
    soon();
  });
  window.addEventListener('pagehide', () => { clearTimeout(timer); keep(); });
  restore();
  for (const box of form.querySelectorAll('[data-photos]')) {
    const input = box.querySelector('input[type=file]');
    input.addEventListener('change', () => addPhotos(box, input));
    await showPhotos(box);
  }
  for (const box of form.querySelectorAll('[data-side]')) await signing(box);
  document.getElementById('visit-arrival').hidden = false;
  show();
  showArrival();
  form.dataset.ready = '1';
})();
