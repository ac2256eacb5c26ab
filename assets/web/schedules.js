'use strict';
// The Schedules tab: three linked charts and, at one t, one picture under four schedules.
// The tables come with the page; new parameters bring new tables in `value`.
(function (ex) {
  const SPAN = 1.5; // black is -1.5, white +1.5, as in the Forward tab
  const DB = 10 / Math.LN10;
  const logSnr = (alpha, sigma) => 2 * (Math.log(alpha) - Math.log(sigma));
  const CHARTS = {
    alpha_bar: { title: 'ᾱ, the signal’s share of the variance', range: [0, 1],
      ticks: [0, 0.25, 0.5, 0.75, 1], value: (alpha) => alpha * alpha },
    snr: { title: 'SNR = ᾱ / (1 − ᾱ)', range: [0, 10],
      ticks: [0, 2, 4, 6, 8, 10], value: (alpha, sigma) => (alpha / sigma) ** 2 },
    log_snr: { title: 'log-SNR = ln SNR, and in decibels', range: [-15, 15],
      ticks: [-12, -6, 0, 6, 12], value: logSnr,
      right: [-60, -30, 0, 30, 60].map((db) => ({ at: db / DB, label: ex.plain(db) + (db ? '' : ' dB') })) },
  };

  const signed = (x, unit = '') =>
    (Number.isFinite(x) ? x.toFixed(1).replace(/^-0.0$/, '0.0').replace('-', '−') : ex.show(x)) + unit;

  // One schedule at one t: its line, its picture and its numbers.
  function card(name, label, size) {
    const picture = ex.picture(size, size), bytes = new Uint8ClampedArray(size * size);
    const fields = {};
    const list = ex.element('dl', {}, ...Object.entries({
      alpha: 'α', sigma: 'σ', bar: 'ᾱ', snr: 'SNR', db: '', log: 'ln SNR' }).map(([key, symbol]) => {
      fields[key] = ex.element('dd', { 'data-field': key });
      return ex.element('div', {}, ex.element('dt', { class: symbol.length === 1 ? 'math' : '' }, symbol), fields[key]);
    }));
    const end = ex.element('p', { class: 'end' });
    const root = ex.element('article', { class: 'card', 'data-schedule': name },
      ex.element('h4', {}, ex.swatch(name), label), picture.canvas, list, end);

    function show(t, table, x0, eps) {
      const alpha = table.alpha[t], sigma = table.sigma[t], T = table.alpha.length - 1, last = table.alpha[T];
      for (let i = 0; i < bytes.length; i++) bytes[i] = ((alpha * x0[i] + sigma * eps[i]) / SPAN + 1) * 127.5;
      picture.show(bytes);
      picture.canvas.setAttribute('aria-label', `Noisy picture under the ${label} schedule at t = ${t}`);
      const snr = sigma ? (alpha / sigma) ** 2 : Infinity, log = logSnr(alpha, sigma);
      fields.alpha.textContent = ex.four(alpha);
      fields.sigma.textContent = ex.four(sigma);
      fields.bar.textContent = ex.four(alpha * alpha);
      fields.snr.textContent = ex.show(snr);
      fields.db.textContent = signed(log * DB, ' dB');
      fields.log.textContent = signed(log);
      end.replaceChildren('ends at ', ex.element('span', { class: 'math' }, 'α', ex.element('sub', {}, 'T')),
        ' = ' + (last ? ex.four(last) : '0, exactly'));
    }
    return { root, show };
  }

  ex.schedulesTab = function (element, props, watch) {
    const root = element.querySelector('.schedules-tab'), find = (selector) => root.querySelector(selector);
    const { names, size } = props, n = size * size;
    const x0 = Float32Array.from(ex.bytes(props.picture), (v) => v / 127.5 - 1), eps = ex.halves(props.noise);
    let tables = ex.schedules;

    const hover = (t) => { transport.pause(); transport.seek(t); };
    const charts = Object.entries(CHARTS).map(([key, options]) => {
      const figure = ex.element('figure', { 'data-chart': key }, ex.element('figcaption', {}, options.title));
      find('.charts').append(figure);
      return ex.chart(figure, { ...options, onhover: hover });
    });
    const cards = Object.entries(names).map(([name, label]) => {
      const made = card(name, label, size);
      find('.cards').append(made.root);
      find('.key').append(ex.element('span', {}, ex.swatch(name), label));
      return { name, ...made };
    });
    const paint = ex.oncePerFrame(() => {
      const t = transport.position;
      for (const chart of charts) chart.cursor(t);
      for (const { name, show } of cards) show(t, tables[name], x0.subarray(0, n), eps);
      ex.announce(element, 'position', { player: 'schedules', position: t, label: 't = ' + t });
    });
    const transport = ex.transport(find('.controls'), { name: 'Time t', label: (t) => 't = ' + t, onmove: paint });

    function load() {
      const all = props.value ? ex.unpackSchedules(props.value) : ex.schedules;
      tables = Object.fromEntries(Object.keys(names).map((name) => [name, all[name]]));
      for (const chart of charts) chart.draw(tables);
      const count = tables.linear.alpha.length;
      transport.set(count, transport.count === count ? transport.position : Math.round((count - 1) * props.start), 8);
    }
    root.addEventListener('keydown', transport.key);
    watch('value', load);
    load();
  };
})(window.explorer);
