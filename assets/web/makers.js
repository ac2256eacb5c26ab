'use strict';
// The parameters of the schedules: a column a schedule, every change sent to Python at once.
// scheduleMakers(host, key, makers, {change, redraw, server}) -> {state(name): {visible, zero}}
(function (ex) {
  // Sliders of wide ranges move in powers of ten.
  function field({ name, value, low, high, log }, oninput) {
    const to = log ? Math.log10 : Number, from = log ? (v) => 10 ** v : Number;
    const range = ex.element('input', { type: 'range', min: to(low), max: to(high), step: 'any', tabindex: -1, 'aria-hidden': 'true' });
    const box = ex.element('input', { type: 'number', step: 'any', 'aria-label': name, value });
    const set = (v) => { box.value = v; range.value = to(v); };
    range.oninput = () => { box.value = Number(from(range.value).toPrecision(3)); oninput(); };
    box.oninput = () => { if (box.value !== '' && Number(box.value) > 0) range.value = to(Number(box.value)); oninput(); };
    set(value);
    return { node: ex.element('div', { class: 'maker-field', 'data-field': name }, ex.element('span', {}, name), range, box), set,
      get value() { return box.value === '' ? null : Number(box.value); } };
  }

  ex.scheduleMakers = function (host, key, makers, { change, redraw, server }) {
    const state = {}, alert = ex.element('p', { class: 'refused', role: 'alert', hidden: '' });
    const T = field({ name: 'T', value: 1000, low: 2, high: 2000, log: true }, () => ask(Object.keys(makers)));
    let waiting = null, asking = false;

    function column(name, { label, formula, source, fields }) {
      const made = Object.fromEntries(fields.map((f) => [f.name, field(f, () => ask([name]))]));
      const zero = ex.element('input', { type: 'checkbox', 'data-zero': name, onchange: () => ask([name]) });
      const visible = ex.element('input', { type: 'checkbox', 'data-visible': name, onchange: redraw });
      zero.checked = name === 'linear';
      visible.checked = name !== 'scaled_linear';
      const math = ex.element('p', { class: 'math' });
      math.innerHTML = formula; // ours, constant: explorer/app/tabs/schedules.py
      host.append(ex.element('div', { class: 'maker', 'data-maker': name }, ex.element('b', {}, ex.swatch(name), label), math,
        ...Object.values(made).map((f) => f.node), ex.element('pre', { class: 'explorer-code' }, source)));
      key.append(ex.element('span', { class: 'key-entry' }, ex.element('label', { class: 'chip' }, visible, ex.swatch(name), label),
        ex.element('label', { class: 'zero' }, zero, 'zero SNR')));
      state[name] = { made, zero, visible, defaults: fields };
    }

    // One question at a time; of those that come meanwhile, the last, for all that changed since.
    async function ask(names) {
      waiting = [...new Set([...(waiting || []), ...names])];
      if (asking) return;
      asking = true;
      while (waiting) {
        const wanted = waiting;
        waiting = null;
        const parameters = Object.fromEntries(wanted.map((name) => [name,
          Object.fromEntries(Object.entries(state[name].made).map(([f, made]) => [f, made.value]))]));
        try {
          answer(await server.redraw({ T: T.value, makers: parameters }), wanted);
        } catch (error) {
          answer({ error: 'The server did not answer; the charts show the last values that it knew.' }, wanted);
        }
      }
      asking = false;
    }

    function answer(got, wanted) {
      alert.hidden = !got.error;
      host.closest('.schedules-tab').classList.toggle('stale', Boolean(got.error));
      if (got.error) { alert.textContent = got.error + ' The charts keep the last values that could be drawn.'; waiting = waiting || null; }
      else change(got.tables);
    }

    function reset() {
      T.set(1000);
      for (const { made, defaults, zero, visible } of Object.values(state)) {
        for (const { name, value } of defaults) made[name].set(value);
        zero.checked = made === state.linear.made;
        visible.checked = made !== state.scaled_linear.made;
      }
      ask(Object.keys(makers));
    }

    for (const [name, maker] of Object.entries(makers)) column(name, maker);
    host.after(ex.element('div', { class: 'maker-all' }, T.node, ex.element('button', { type: 'button', class: 'plain', onclick: reset },
      'Back to the defaults'), alert));
    // How Python makes a schedule as it stands here.
    function python(name) {
      const fields = Object.entries(state[name].made).map(([field, made]) => `, ${field}=${made.value}`).join('');
      return `${name}(${T.value}${fields})`;
    }
    return { python, state: (name) => ({ visible: state[name].visible.checked, zero: state[name].zero.checked }) };
  };
})(window.explorer);
