'use strict';
// Who races: a table of samplers by spacings. A box is an entrant; the head of a column is all six.
(function (ex) {
  ex.entrants = function (element, props, watch, onchoose) {
    const root = element.querySelector('.entrants-view'), find = (selector) => root.querySelector(selector);
    const boxes = new Map();
    let rest = 0;
    find('.most').textContent = props.most;

    const key = (sampler, spacing) => `${sampler}/${spacing}`;
    const chosen = () => [...boxes].filter(([, box]) => box.checked).map(([name]) => name);

    function column(spacing) {
      for (const [name, box] of boxes) box.checked = name.endsWith('/' + spacing);
      changed();
    }

    // Sent once a person pauses: several boxes make one race.
    function changed() {
      const names = chosen();
      for (const [, box] of boxes) box.disabled = !box.checked && names.length >= props.most;
      find('.state').textContent = !names.length ? 'Choose at least one.'
        : names.length >= props.most ? 'That is the most; take one away to choose another.' : '';
      clearTimeout(rest);
      if (names.length) rest = setTimeout(() => onchoose({ chosen: names.join(', ') }), 700);
    }

    find('table').append(
      ex.element('thead', {}, ex.element('tr', {}, ex.element('td', {}), ...props.spacings.map(([name, title]) =>
        ex.element('th', { scope: 'col' }, ex.element('button', { type: 'button', title: `All six on ${title}`, onclick: () => column(name) }, title))))),
      ex.element('tbody', {}, ...props.samplers.map(([sampler, label]) => ex.element('tr', {},
        ex.element('th', { scope: 'row' }, ex.swatch('sampler-' + sampler), label),
        ...props.spacings.map(([spacing, title]) => {
          const box = ex.element('input', { type: 'checkbox', 'aria-label': `${label} ${title}`, onchange: changed });
          boxes.set(key(sampler, spacing), box);
          return ex.element('td', {}, ex.element('label', {}, box));
        })))));

    function show() {
      const names = new Set((props.value.chosen || '').split(',').map((name) => name.trim()));
      for (const [name, box] of boxes) box.checked = names.has(name);
      for (const [, box] of boxes) box.disabled = !box.checked && names.size >= props.most;
    }
    watch('value', show);
    show();
  };
})(window.explorer);
