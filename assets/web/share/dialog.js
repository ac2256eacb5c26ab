'use strict';
// The dialog behind "Share": the link to copy, and for teachers the builder of one that locks or
// hides parts of the page. Also says what a link asked for in vain.
(function (ex) {
  const { link } = ex, MOST = 4; // sentences of complaint that are shown

  // A row of the builder: a name, and boxes to lock and hide it.
  function row({ key, title }, kind, lockable, name = title) {
    const box = (what, on) => ex.element('input', { type: 'checkbox', ['data-' + what]: key, 'aria-label': `${what === 'lock' ? 'Lock' : 'Hide'}: ${title}`,
      ...(on ? { checked: '' } : {}) });
    return ex.element('div', { class: `row ${kind}` }, ex.element('span', {}, name),
      lockable ? box('lock', link.lock.has(key)) : ex.element('span', {}), box('hide', link.hide.has(key)));
  }

  // The rows of a place: itself, its own controls, then its chapters with theirs.
  function rowsOf(place, kind) {
    const own = link.registry.controls.filter(({ key, at, kind: made }) => (at || '') === place.key && made !== 'state' && !key.startsWith('step.'));
    const chapters = link.registry.places.filter(({ key }) => key.startsWith(place.key + '.'));
    const any = link.registry.controls.some(({ at }) => (at || '').startsWith(place.key));
    return [row(place, kind, any, kind === 'tab' ? 'The whole tab' : place.title), ...own.map((one) => row(one, kind + '-control', true)), ...chapters.flatMap((one) => rowsOf(one, 'chapter'))];
  }

  function group(place) {
    const head = ex.element('div', { class: 'row head', 'aria-hidden': 'true' }, ex.element('span', {}), ex.element('span', {}, 'lock'), ex.element('span', {}, 'hide'));
    return ex.element('details', {}, ex.element('summary', {}, place.title), head, ...rowsOf(place, 'tab'));
  }

  async function copy(field) {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      return true;
    } catch { /* over plain http there is no clipboard: the old way */ }
    try { return document.execCommand('copy'); } catch { return false; }
  }

  function complaints(element) {
    const card = element.querySelector('.link-said'), list = card.querySelector('ul');
    function show() {
      const all = link.complaints, more = all.length - MOST;
      list.replaceChildren(...all.slice(0, MOST).map((sentence) => ex.element('li', {}, sentence)),
        ...(more > 0 ? [ex.element('li', {}, `And ${more} more.`)] : []));
      card.hidden = !all.length;
    }
    card.querySelector('.close-said').onclick = () => { card.hidden = true; };
    document.addEventListener('explorer:complaint', show);
    show();
  }

  ex.share = function (element) {
    const dialog = element.querySelector('dialog'), find = (selector) => dialog.querySelector(selector);
    const field = find('.share-link input'), said = find('.copied'), [main] = [...link.groups.values()];
    const builder = find('.builder');
    complaints(element);

    function address() {
      const query = new URLSearchParams(location.search);
      for (const what of ['lock', 'hide']) {
        const keys = ticked(what);
        query.delete(what);
        if (keys.length) query.set(what, keys.join(','));
      }
      const before = query.toString().replace(/%2C/g, ','), state = ex.state.written();
      return location.origin + location.pathname + (before && '?' + before) + (state && '#' + state);
    }

    // A place that is locked or hidden as a whole: what is in it has no boxes of its own to tick.
    function show() {
      field.value = address();
      said.textContent = '';
      if (!find('.groups').hasChildNodes()) return;
      const whole = (what) => [...builder.querySelectorAll(`.tab [data-${what}]:checked, .chapter [data-${what}]:checked`)].map((box) => box.dataset[what]);
      for (const what of ['lock', 'hide']) {
        const wholes = whole(what);
        for (const box of builder.querySelectorAll(`[data-${what}]`)) {
          const key = box.dataset[what], { at = '' } = link.controls.get(key) || { at: key.split('.').slice(0, -1).join('.') };
          box.disabled = wholes.some((one) => one !== key && (at === one || at.startsWith(one + '.')));
        }
      }
    }

    // Made when it is first opened: it is long, and few need it.
    builder.addEventListener('toggle', () => {
      if (!find('.groups').hasChildNodes()) {
        find('.groups').append(...main.map(group));
        builder.querySelector('[data-hide=questions]').checked = link.hide.has('questions');
      }
      show();
    });
    builder.addEventListener('change', show);
    const ticked = (what) => (find('.groups').hasChildNodes() ? [...builder.querySelectorAll(`[data-${what}]:checked`)].map((box) => box.dataset[what])
      : [...link[what]]);
    find('.none').onclick = () => { for (const box of builder.querySelectorAll('input')) box.checked = false; show(); };
    find('.copy').onclick = async () => {
      said.textContent = await copy(field) ? 'Copied.' : 'The link is selected: copy it with Ctrl+C.';
    };
    document.addEventListener('click', ({ target }) => {
      if (!target.closest('.share-open')) return;
      ex.state.write();
      dialog.showModal();
      show();
      find('.copy').focus();
    });
  };
})(window.explorer);
