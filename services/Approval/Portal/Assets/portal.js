// The portal's few things that only a browser can do: the theme, keyboard shortcuts, bringing an event into view.
(() => {
  'use strict';
  const root = document.documentElement;
  const remembered = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { /* Private windows forget. */ } };

  // Before anything is drawn. Without a choice, the system's.
  const themes = ['auto', 'light', 'dark'];
  const theme = () => themes.includes(root.dataset.theme) ? root.dataset.theme : 'auto';
  root.dataset.theme = themes.includes(remembered('hoop-theme')) ? remembered('hoop-theme') : 'auto';
  root.dataset.keys = remembered('hoop-keys') === 'off' ? 'off' : 'on';

  const help = () => document.getElementById('keys');
  const visible = (element) => element.offsetParent !== null || element.getClientRects().length > 0;
  const items = () => [...document.querySelectorAll('[data-item]')].filter(visible);

  function move(step) {
    const all = items();
    if (all.length === 0) return false;
    const at = all.findIndex((item) => item === document.activeElement || item.closest('li')?.contains(document.activeElement));
    const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1)];
    next.focus();
    next.scrollIntoView({ block: 'nearest' });
    return true;
  }

  // What a page offers under a key says so itself: data-key, and data-act when the key presses it instead of going there.
  function press(key) {
    const target = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((element) => visible(element) && !element.disabled);
    if (!target) return false;
    if (target.dataset.act === 'press') target.click();
    else { target.focus(); target.scrollIntoView({ block: 'nearest' }); if (target.select && target.dataset.key === '/') target.select(); }
    return true;
  }

  function tick() {
    const box = document.activeElement?.closest('li')?.querySelector('input[type=checkbox]');
    if (!box) return false;
    box.click();
    return true;
  }

  document.addEventListener('keydown', (event) => {
    const field = event.target.closest('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]');
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === 'Escape' && field && !help()?.open) { field.blur(); return; }
    if (field || root.dataset.keys === 'off' || help()?.open) return;
    const done = event.key === '?' ? (help()?.showModal(), true)
      : event.key === 'j' ? move(1)
      : event.key === 'k' ? move(-1)
      : event.key === 'x' ? tick()
      : event.key.length === 1 && event.key !== ' ' && press(event.key);
    if (done) event.preventDefault();
  });

  document.addEventListener('click', (event) => {
    const asked = event.target.closest('[data-do]');
    if (!asked) return;
    if (asked.dataset.do === 'theme') {
      root.dataset.theme = themes[(themes.indexOf(theme()) + 1) % themes.length];
      remember('hoop-theme', root.dataset.theme);
    } else if (asked.dataset.do === 'help') help()?.showModal();
    else if (asked.dataset.do === 'close') asked.closest('dialog')?.close();
    else if (asked.dataset.do === 'keys') {
      root.dataset.keys = root.dataset.keys === 'off' ? 'on' : 'off';
      remember('hoop-keys', root.dataset.keys);
    }
  });

  // Passkeys: the server says what to ask for, the device answers, the server checks (WebAuthn).
  async function post(path, body) {
    const answer = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    const json = answer.status === 204 ? {} : await answer.json();
    if (!answer.ok) throw new Error(json.detail ?? 'This could not be done. Try again.');
    return json;
  }

  async function ceremony(work) {
    if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) return { problem: 'This browser has no passkeys here. They need https (or localhost) and a current browser.' };
    try {
      return { proof: await work(), problem: null };
    } catch (error) {
      return { problem: error.name === 'NotAllowedError' ? 'The passkey was not confirmed. Try again.' : error.message };
    }
  }

  window.hoop = {
    register: (name) => ceremony(async () => {
      const begun = await post('/api/passkeys/options', {});
      const made = await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(begun.options) });
      await post('/api/passkeys', { state: begun.state, credential: made.toJSON(), name });
      return null;
    }),
    prove: (requests) => ceremony(async () => {
      const begun = await post('/api/passkeys/challenge', { requests });
      const given = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(begun.options) });
      return (await post('/api/passkeys/proof', { state: begun.state, credential: given.toJSON() })).proof;
    }),
    show(id) {
      const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
      document.getElementById(id)?.scrollIntoView({ block: 'center', behavior: calm ? 'auto' : 'smooth' });
    },
    focus(id) { document.getElementById(id)?.focus(); },
  };
})();
