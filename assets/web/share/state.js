'use strict';
// What every control of the page says, kept in the address: only what differs from the default, so
// that the plain page has a plain address. Nothing here asks the server.
//
// A widget with a state that is no native input registers it:
//   explorer.state.register('forward.pixel', {get: () => text or null at home, set: (text) => ...})
// set throws for a text that it cannot use. explorer.state.changed() after any change.
(function (ex) {
  const { link } = ex, { registry, controls, values, pending, homes } = link;
  const REST = 250; // ms of rest until the address follows
  const APART = 100; // ms between two looks at what has appeared
  const PATIENCE = 20000; // ms for a choice to appear in a group that is there
  const native = registry.controls.filter(({ kind }) => kind === 'inputs');
  const registered = new Map(), since = new Map();

  const inputsOf = ({ select }) => [...document.querySelectorAll(select)];

  function says(inputs) {
    const [one] = inputs;
    if (!one) return null;
    if (one.type === 'radio') return inputs.find(({ checked }) => checked)?.value ?? null;
    return one.type === 'checkbox' ? String(Number(one.checked)) : one.value;
  }

  // What inputs say when nobody has touched them. A transport says it itself: a film has a start.
  function home({ key }, inputs, now) {
    const own = inputs[0]?.dataset.home;
    if (own !== undefined) return own;
    if (!homes.has(key) && now !== null) homes.set(key, now);
    return homes.get(key);
  }

  const tell = (input, ...names) => names.forEach((name) => input.dispatchEvent(new Event(name, { bubbles: true })));

  // Whether the text could be given to the inputs; undefined while they are not ready for it.
  function give(control, inputs, text) {
    const [one] = inputs;
    if (one.type === 'radio') {
      const wanted = inputs.find(({ value }) => value === text);
      if (!wanted) {
        since.set(control.key, since.get(control.key) ?? performance.now());
        return performance.now() - since.get(control.key) > PATIENCE ? false : undefined;
      }
      if (!wanted.checked) wanted.click();
      return true;
    }
    if (one.type === 'checkbox') {
      if (!['0', '1'].includes(text)) return false;
      if (says(inputs) !== text) one.click();
      return true;
    }
    if (one.tagName === 'SELECT' && ![...one.options].some(({ value }) => value === text)) return false;
    if (one.type === 'range' || one.type === 'number') {
      if ('home' in one.dataset && Number(one.max) < 1) return undefined; // its film is on the way
      const low = control.low ?? Number(one.min), high = control.high ?? Number(one.max), value = Number(text);
      if (!/^-?[\d.]+(e-?\d+)?$/.test(text) || !(value >= low && value <= high)) { link.refused(control, text, low, high); return null; }
    }
    if (one.type === 'text' && one.maxLength > 0 && text.length > one.maxLength) return false;
    one.value = text;
    tell(one, 'input', 'change');
    return true;
  }

  function drop(control, text, silent) {
    pending.delete(control.key);
    values.delete(control.key);
    if (!silent) link.refused(control, text);
  }

  // Give to the inputs that have appeared what the link asks for. Whether some are there, but not ready.
  function scan() {
    let waits = false;
    for (const control of native) {
      if (!pending.has(control.key) && homes.has(control.key)) continue;
      const inputs = inputsOf(control);
      const now = says(inputs);
      waits ||= inputs.length > 0 && now === null; // a group of which none is checked yet
      if (now === null) continue;
      home(control, inputs, now);
      if (!pending.has(control.key)) continue;
      const text = pending.get(control.key), given = give(control, inputs, text);
      if (given) pending.delete(control.key);
      else if (given === undefined) waits = true;
      else drop(control, text, given === null);
    }
    return waits;
  }

  function register(key, state) {
    registered.set(key, state);
    if (!pending.has(key)) return;
    const text = pending.get(key);
    pending.delete(key);
    try { state.set(text); } catch { drop(controls.get(key), text); }
  }

  function note(key, text, atHome) {
    if (pending.has(key)) return;
    if (atHome) values.delete(key); else values.set(key, text);
  }

  function collect() {
    for (const control of native) {
      const inputs = inputsOf(control), now = says(inputs);
      if (now !== null) note(control.key, now, now === home(control, inputs, now));
    }
    for (const [key, { get }] of registered) {
      const text = get();
      if (text !== undefined) note(key, text, text === null);
    }
    for (const control of registry.controls.filter(({ kind }) => kind === 'open')) {
      const button = document.querySelector(`#more-${control.key.replace('.', '-')} > button.label-wrap`);
      if (button) note(control.key, button.classList.contains('open') ? '1' : '0', button.classList.contains('open') === (homes.get(control.key) === '1'));
    }
    for (const { tab, tabs, key } of registry.places) {
      if (document.querySelector(`[role=tab][data-tab-id="${tab}"]`)?.getAttribute('aria-selected') !== 'true') continue;
      if (link.groups.get(tabs)[0].key === key) link.open.delete(tabs); else link.open.set(tabs, key);
    }
  }

  // Gradio's own components, all at once, in the order of registry.watched.
  function fromGradio(all) {
    registry.watched.forEach((id, k) => {
      for (const control of registry.controls.filter((one) => one.id === id && one.kind === 'value')) {
        const text = link.written(control, all[k]);
        note(control.key, text, text === homes.get(control.key));
      }
    });
    changed();
  }

  const plain = (text) => encodeURIComponent(text).replace(/%20/g, '+').replace(/%2C/g, ',').replace(/%2F/g, '/').replace(/%3A/g, ':');

  // What stands behind the #: '' for the page as it comes.
  function written() {
    const parts = [], [main] = [...link.groups.keys()];
    for (const [group, key] of link.open) {
      const [tab, chapter] = key.split('.');
      if (group === main) parts.unshift(`at=${key}`); else parts.push(`${tab}=${chapter}`);
    }
    for (const { key } of registry.controls) if (values.has(key)) parts.push(`${key}=${plain(values.get(key))}`);
    return parts.length ? [`v=${link.VERSION}`, ...parts].join('&') : '';
  }

  function here() {
    collect();
    const text = written();
    return location.pathname + location.search + (text && '#' + text);
  }

  function write() {
    ex.entry?.(here());
    ex.announce(document, 'address', {});
  }

  let resting = 0;
  function changed() {
    clearTimeout(resting);
    resting = setTimeout(write, REST);
  }

  // Bytes as text that an address can hold, and back.
  const pack = (bytes) => ex.packed(bytes).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const unpack = (text) => ex.bytes(text.replace(/-/g, '+').replace(/_/g, '/'));
  const pair = (text) => text.split(',').map(Number);

  ex.state = { pack, unpack, pair, register, changed, scan, values: fromGradio, written, write, link: () => location.origin + here(), locked: (key) => link.locked.has(key) };
  if (!registry.controls.length) return; // a page of its own, such as a test's

  // Soon after something appeared, but not at every frame of a drawing.
  let looked = -Infinity, coming = false;
  function look() {
    if (coming) return;
    const now = performance.now(), early = now < looked + APART;
    if (!early) looked = now;
    const waits = early || scan();
    if (!early) ex.fasten();
    if (!waits) return;
    coming = true;
    setTimeout(() => { coming = false; look(); }, looked + APART - now);
  }

  for (const name of ['input', 'change', 'click', 'keyup', 'pointerup', 'explorer:position']) document.addEventListener(name, changed);
  new MutationObserver((records) => {
    if (records.some(({ type }) => type === 'attributes')) changed();
    if (records.some(({ addedNodes }) => [...addedNodes].some(({ nodeType }) => nodeType === Node.ELEMENT_NODE))) look();
  }).observe(document.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: ['aria-selected'] });
})(window.explorer);
