'use strict';
// The Schedules tab: five linked charts, a strip of noised pictures for each schedule, and every
// parameter of every schedule. The default tables came with the page; new ones come from Python.
(function (ex) {
  const SPAN = 1.5; // black is -1.5, white +1.5, as in the Forward tab
  const DB = 10 / Math.LN10, SIDE = 28, STOPS = 8; // a strip shows t = 0, T/8, ..., T
  const ZERO_DASH = '9 3 2 3'; // a schedule after its rescaling to zero terminal SNR

  const logSnr = ({ alpha, sigma }, t) => 2 * (Math.log(alpha[t]) - Math.log(sigma[t]));
  const CHARTS = {
    beta: { title: 'β, noise added by a step', value: ({ alpha }, t) => (t ? 1 - (alpha[t] / alpha[t - 1]) ** 2 : NaN),
      axes: { linear: { range: [0, 0.05], ticks: [0, 0.01, 0.02, 0.03, 0.04, 0.05] }, log: { range: [-5, 0], ticks: [-5, -4, -3, -2, -1, 0] } } },
    alpha_bar: { title: 'ᾱ, signal’s share of variance', value: ({ alpha }, t) => alpha[t] ** 2,
      axes: { linear: { range: [0, 1], ticks: [0, 0.25, 0.5, 0.75, 1] }, log: { range: [-6, 0], ticks: [-6, -4, -2, 0] } } },
    snr: { title: 'SNR = ᾱ / (1 − ᾱ)', value: ({ alpha, sigma }, t) => (alpha[t] / sigma[t]) ** 2,
      axes: { linear: { range: [0, 10], ticks: [0, 2, 4, 6, 8, 10] }, log: { range: [-5, 5], ticks: [-4, -2, 0, 2, 4] } } },
    log_snr: { title: 'log-SNR, and in decibels', value: logSnr,
      axes: { linear: { range: [-15, 15], ticks: [-12, -6, 0, 6, 12],
        right: [-60, -30, 0, 30, 60].map((db) => ({ at: db / DB, label: ex.plain(db) + (db ? '' : ' dB') })) } } },
    ratio: { title: 'σ / α, Karras’ σ', value: ({ alpha, sigma }, t) => sigma[t] / alpha[t],
      axes: { linear: { range: [0, 10], ticks: [0, 2, 4, 6, 8, 10] }, log: { range: [-3, 3], ticks: [-3, -2, -1, 0, 1, 2, 3] } } },
  };

  const signed = (x, unit = '') =>
    (Number.isFinite(x) ? x.toFixed(1).replace(/^-0.0$/, '0.0').replace('-', '−') : ex.show(x)) + unit;

  function shown(bytes, { alpha, sigma }, t, x0, eps) {
    const a = alpha[t], s = sigma[t];
    for (let i = 0; i < bytes.length; i++) bytes[i] = ((a * x0[i] + s * eps[i]) / SPAN + 1) * 127.5;
    return bytes;
  }

  // One schedule: its name and end, its strip of pictures, and its picture and numbers at the cursor.
  function strip({ key, label, ink, dash, table }, x0, eps, seek) {
    const T = table.alpha.length - 1, bytes = new Uint8ClampedArray(SIDE * SIDE), last = table.alpha[T];
    const now = ex.picture(SIDE, SIDE), fields = {}, stops = [];
    for (let k = 0; k <= STOPS; k++) {
      const t = Math.round((T * k) / STOPS), picture = ex.picture(SIDE, SIDE);
      picture.show(shown(bytes, table, t, x0, eps));
      picture.canvas.setAttribute('aria-label', `${label} at t = ${t}`);
      stops.push({ t, node: ex.element('button', { type: 'button', title: `t = ${t}`, 'data-t': t, onclick: () => seek(t) },
        picture.canvas) });
    }
    const list = ex.element('dl', {}, ...Object.entries({ alpha: 'α', sigma: 'σ', bar: 'ᾱ', snr: 'SNR', db: 'in dB', log: 'ln SNR',
      ratio: 'σ/α' }).map(([field, symbol]) => {
      fields[field] = ex.element('dd', { 'data-field': field });
      return ex.element('div', {}, ex.element('dt', { class: symbol.length < 4 && field !== 'snr' ? 'math' : '' }, symbol), fields[field]);
    }));
    const end = ex.element('p', { class: 'end quiet spoils' }, last
      ? `At t = ${T}, ${ex.four(last)} of the image is still there.` : `At t = ${T}, nothing of the image is there: α is 0, exactly.`);
    const root = ex.element('section', { class: 'strip', 'data-schedule': key, 'aria-label': label },
      ex.element('div', { class: 'strip-name' }, ex.element('b', {}, ex.swatch(ink, dash), label), end),
      ex.element('div', { class: 'stops' }, ...stops.map((s) => s.node)),
      ex.element('div', { class: 'now' }, now.canvas, list));

    function show(t) {
      now.show(shown(bytes, table, t, x0, eps));
      now.canvas.setAttribute('aria-label', `Noisy picture under the ${label} schedule at t = ${t}`);
      const alpha = table.alpha[t], sigma = table.sigma[t], log = logSnr(table, t);
      fields.alpha.textContent = ex.four(alpha);
      fields.sigma.textContent = ex.four(sigma);
      fields.bar.textContent = ex.four(alpha * alpha);
      fields.snr.textContent = ex.show(sigma ? (alpha / sigma) ** 2 : Infinity);
      fields.db.textContent = signed(log * DB);
      fields.log.textContent = signed(log);
      fields.ratio.textContent = ex.show(alpha ? sigma / alpha : Infinity);
      const near = stops.reduce((a, b) => (Math.abs(b.t - t) < Math.abs(a.t - t) ? b : a));
      for (const s of stops) s.node.classList.toggle('near', s === near);
    }
    return { root, show };
  }

  ex.schedulesTab = function (element, props, watch, server) {
    const root = element.querySelector('.schedules-tab'), find = (selector) => root.querySelector(selector);
    const { makers } = props, eps = ex.normal(0, SIDE * SIDE);
    const x0 = Float32Array.from(ex.bytes(props.picture), (v) => v / 127.5 - 1);
    let series = [], strips = [], log = false;

    // before and after: the maker's own table and the one rescaled to zero terminal SNR
    const tables = Object.fromEntries(Object.keys(makers).map((name) => [name, { before: ex.schedules[name], after: null }]));
    tables.linear.after = ex.schedules.zero_snr;

    const seek = (t) => { transport.pause(); transport.seek(t); };
    const charts = Object.entries(CHARTS).map(([key, options]) => {
      const figure = ex.element('figure', { 'data-chart': key }, ex.element('figcaption', {}, options.title));
      find('.charts').append(figure);
      return ex.chart(figure, { ...options, onhover: seek });
    });
    const paint = ex.oncePerFrame(() => {
      const t = transport.position;
      for (const chart of charts) chart.cursor(t);
      for (const { show } of strips) show(t);
      ex.announce(element, 'position', { player: 'schedules', position: t, label: 't = ' + t });
    });
    const transport = ex.transport(find('.controls'), { name: 'Time t', key: 'schedules.t', label: (t) => 't = ' + t, onmove: paint });
    const panel = ex.scheduleMakers(find('.makers'), find('.key'), makers, { change, redraw, server });
    find('[name=log]').onchange = (event) => { log = event.target.checked; redraw(); };

    // New tables of some makers: {name: {before, after}, ...}, each packed.
    function change(packed) {
      for (const [name, { before, after }] of Object.entries(packed)) {
        tables[name] = ex.unpackSchedules({ before, after });
      }
      redraw();
    }

    function redraw() {
      series = Object.entries(makers).flatMap(([name, { label }]) => {
        const { visible, zero } = panel.state(name), own = { key: name, label, ink: name, dash: ex.dashes[name] };
        const house = name === 'linear'; // its rescaling is one of the house's four
        const ink = house ? 'zero_snr' : name, dash = house ? ex.dashes.zero_snr : ZERO_DASH;
        return [...(visible ? [{ ...own, table: tables[name].before }] : []),
          ...(visible && zero && tables[name].after
            ? [{ key: house ? 'zero_snr' : name + '-zero', label: house ? 'zero SNR' : label + ', zero SNR', ink, dash, table: tables[name].after }] : [])];
      });
      for (const chart of charts) chart.draw(series, log);
      strips = series.map((one) => strip(one, x0, eps, seek));
      find('.strips').replaceChildren(...strips.map((s) => s.root));
      const count = (series[0] || { table: tables.linear.before }).table.alpha.length;
      transport.set(count, transport.count === count ? transport.position : Math.round((count - 1) * props.start), 8, Math.round((count - 1) * props.start));
      ex.announce(element, 'redrawn', {});
    }
    ex.made.set(element, () => {
      const T = Math.max(0, ...series.map((s) => s.table.alpha.length - 1)), t = transport.position;
      const lines = series.map(({ key, ink }) => (key === 'zero_snr' ? `zero_snr(${panel.python('linear')})`
        : key.endsWith('-zero') ? `zero_snr(${panel.python(ink)})` : panel.python(key)));
      return { name: `schedules-t${t}`, about: { schedules: series.map((s) => s.label).join(', '), T, t },
        code: lines.length ? ex.codeFor('schedules', { makers: `[${lines.join(', ')}]` }) : '' };
    });
    root.addEventListener('keydown', transport.key);
    redraw();
  };
})(window.explorer);
