'use strict';
// What a widget shows, as tables, and what it was asked for.
//
// What draws numbers says which: numbers(node, () => [{name, columns, rows}, ...]); what is written in
// tables and lists is read there; of a small picture that says nothing, its pixels are the numbers.
// What was asked for comes with a widget's value, as value.made = {name, about, code} (see
// explorer/app/about.py), or from a function that a widget gives: made.set(element, () => made).
(function (ex) {
  const MOST_PIXELS = 128 * 128; // of a picture whose pixels are worth having
  const LEFT_OUT = new Set(['place', 'version', 'link', 'backend']); // of the line below a picture
  const MOVING = new Set(['t']); // which a film's frames each have their own of
  const tables = new WeakMap();

  ex.made = new WeakMap();
  ex.numbers = (node, table) => tables.set(node, table);
  ex.madeOf = (element, props) => ex.made.get(element)?.() || props.value?.made || {};

  const shown = (node) => node.getClientRects().length > 0 && !node.closest('details:not([open])');
  const text = (node) => (node ? ex.squeeze(node.textContent) : '');

  // The greys or colours of a canvas, a row of the picture a line; colours as #rrggbb.
  function pixels(canvas) {
    const { width, height } = canvas, { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
    const grey = data.every((v, i) => i % 4 === 3 || v === data[i - (i % 4)]);
    const hex = (i) => '#' + [0, 1, 2].map((c) => data[i + c].toString(16).padStart(2, '0')).join('');
    const at = (i) => (grey ? data[i] : hex(i));
    const columns = Array.from({ length: width }, (_, x) => x);
    return { name: canvas.dataset.saved || canvas.getAttribute('aria-label') || 'picture', columns,
      rows: Array.from({ length: height }, (_, y) => columns.map((x) => at(4 * (y * width + x)))) };
  }

  function written(table) {
    const [columns, ...rows] = [...table.rows].map((row) => [...row.cells].map(text));
    return { name: text(table.caption) || 'table', columns: columns || [], rows };
  }

  const listed = (list) => ({ name: 'numbers', columns: ['name', 'value'],
    rows: [...list.querySelectorAll('dt')].map((dt) => [text(dt), text(dt.parentElement.querySelector('dd'))]) });

  ex.gathered = (element) => [...element.querySelectorAll('canvas, svg, table, dl')].filter(shown).flatMap((node) => {
    if (tables.has(node)) return tables.get(node)();
    if (node.tagName === 'TABLE') return [written(node)];
    if (node.tagName === 'DL') return [listed(node)];
    const small = node.matches('canvas[role=img]') && node.width * node.height <= MOST_PIXELS;
    return small ? [pixels(node)] : [];
  });

  // The tab and the chapter that hold an element.
  function place(element) {
    const found = [];
    for (let panel = element.closest('[role=tabpanel]'); panel; panel = panel.parentElement.closest('[role=tabpanel]')) {
      const tab = [...panel.parentElement.querySelectorAll(':scope > .tab-wrapper [role=tab][aria-selected=true]')].find(shown);
      if (tab) found.unshift({ english: ex.english(tab), said: text(tab) });
    }
    return found;
  }

  // {name of a file, title, about: all that was asked for, line: the same for a reader, movingLine: without what moves}
  ex.asked = function (element, props) {
    const where = place(element), { name, about = {} } = ex.madeOf(element, props);
    const address = where.map((p) => p.english), link = ex.state?.link?.();
    const all = { place: address.join(' / '), ...about, version: ex.version, link };
    const known = Object.entries(all).filter(([, value]) => value !== null && value !== undefined && value !== '');
    const lineOf = (entries) => [...entries.filter(([key]) => !LEFT_OUT.has(key)).map(([key, value]) => `${ex.said(key)} ${value}`),
      `Denoising Explorer ${ex.version}`].join(' · ');
    return {
      name: name || ex.slug(address.join(' ')) || 'explorer',
      title: where.map((p) => p.said).join(' › ') || 'Denoising Explorer',
      about: Object.fromEntries(known),
      line: lineOf(known),
      movingLine: lineOf(known.filter(([key]) => !MOVING.has(key))),
    };
  };
})(window.explorer);
