'use strict';
// Four schedules, one noise: at the same t four pictures, at the same SNR one picture four times.
// Another schedule is beside them while it is the chosen one.
(function (ex) {
  const DB = 10 / Math.LN10;
  const W = 300, H = 250, LEFT = 38, RIGHT = 8, TOP = 8, BOTTOM = 32, LOW = -60, HIGH = 60; // in dB
  const EDGE = 2; // half a line, which at t = 0 and t = T is not cut

  const db = ({ alpha, sigma }) => 2 * DB * (Math.log(alpha) - Math.log(sigma));

  // Level at a t that need not be whole: alpha² and sigma² run straight between the table's rows,
  // as in explorer.schedules.Schedule.
  ex.levelAt = function (name, t) {
    const { alpha, sigma } = ex.schedules[name], i = Math.min(Math.floor(t), alpha.length - 2), f = t - i;
    const between = (table) => (f === 0 ? table[i] : f === 1 ? table[i + 1]
      : Math.sqrt((1 - f) * table[i] ** 2 + f * table[i + 1] ** 2));
    return { alpha: between(alpha), sigma: between(sigma) };
  };

  // The t at which a schedule has the signal share alpha² / (alpha² + sigma²) of a level; null where
  // it never gets that noisy.
  ex.timeOf = function (name, level) {
    const { alpha } = ex.schedules[name], T = alpha.length - 1;
    const share = level.alpha ** 2 / (level.alpha ** 2 + level.sigma ** 2);
    if (share < alpha[T] ** 2) return null;
    let low = 0, high = T; // alpha²(low) >= share >= alpha²(high)
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (alpha[middle] ** 2 >= share) low = middle;
      else high = middle;
    }
    return low + (alpha[low] ** 2 - share) / (alpha[low] ** 2 - alpha[high] ** 2);
  };

  // Log-SNR of the schedules against t, and the line at which they are compared.
  function map(host, names) {
    const T = ex.schedules.linear.alpha.length - 1;
    const x = (t) => LEFT + ((W - LEFT - RIGHT) * t) / T;
    const y = (v) => TOP + ((H - TOP - BOTTOM) * (HIGH - Math.max(LOW - 10, Math.min(HIGH + 10, v)))) / (HIGH - LOW);
    const root = ex.svg('svg', { viewBox: `0 0 ${W} ${H}`, class: 'chart', role: 'img',
      'aria-label': 'log-SNR in decibels against t for each schedule, with the line of comparison' });
    for (const tick of [-40, -20, 0, 20, 40]) {
      root.append(ex.svg('line', { class: 'grid', x1: LEFT, x2: W - RIGHT, y1: y(tick), y2: y(tick) }),
        ex.svg('text', { x: LEFT - 5, y: y(tick) + 4, 'text-anchor': 'end' }, String(tick).replace('-', '−')));
    }
    for (const tick of [0, 500, 1000]) {
      root.append(ex.svg('text', { x: x(tick), y: H - BOTTOM + 16, 'text-anchor': tick === 1000 ? 'end' : 'middle' }, String(tick)));
    }
    root.append(ex.svg('text', { class: 'axis', x: (LEFT + W) / 2, y: H - 2, 'text-anchor': 'middle' }, 't'),
      ex.svg('text', { x: LEFT + 4, y: TOP + 10 }, 'SNR in dB'));
    const inside = ex.svg('svg', { x: LEFT - EDGE, y: TOP, width: W - LEFT - RIGHT + 2 * EDGE, height: H - TOP - BOTTOM }); // it clips
    const curves = ex.svg('g', { transform: `translate(${EDGE - LEFT} ${-TOP})` }), lines = {};
    for (const name of names) {
      const { alpha, sigma } = ex.schedules[name], points = [];
      for (let t = 1; t <= T; t += t < T - 8 ? 4 : 1) points.push(`${x(t).toFixed(1)} ${y(db({ alpha: alpha[t], sigma: sigma[t] })).toFixed(1)}`);
      lines[name] = ex.svg('path', { class: 'line', d: 'M' + points.join('L'), 'data-series': name,
        style: `stroke:var(--schedule-${name});stroke-dasharray:${ex.dashes[name] || 'none'}` });
    }
    const rule = ex.svg('line', { class: 'rule', x1: -H, x2: H, y1: 0, y2: 0 });
    const turn = ex.svg('g', { class: 'turn' }), at = ex.svg('g', {}), dots = ex.svg('g', {});
    turn.append(rule);
    at.append(turn);
    inside.append(curves, at);
    root.append(inside, dots);
    host.append(root);
    return function (places, centre, flat) {
      at.setAttribute('transform', `translate(${x(centre.t) - LEFT + EDGE} ${y(centre.db) - TOP})`);
      curves.replaceChildren(...places.map((p) => lines[p.name]));
      turn.style.transform = flat ? 'rotate(0deg)' : 'rotate(90deg)';
      dots.replaceChildren(...places.filter((p) => p.t !== null).map(({ name, t, level }) =>
        ex.svg('circle', { cx: x(t), cy: Math.min(H - BOTTOM, Math.max(TOP, y(db(level)))), r: 4.5, style: `fill:var(--schedule-${name})` })));
    };
  }

  function card(name, label) {
    const fields = {}, list = ex.element('dl', {});
    for (const [key, symbol] of Object.entries({ t: 't', alpha: 'α', sigma: 'σ', db: 'SNR' })) {
      fields[key] = ex.element('dd', { 'data-field': key });
      list.append(ex.element('div', {}, ex.element('dt', { class: key === 'db' ? '' : 'math' }, symbol), fields[key]));
    }
    const figure = ex.element('figure', { class: 'screen' });
    const root = ex.element('div', { class: 'four-card', 'data-schedule': name },
      ex.element('h2', {}, ex.swatch(name), label), figure, list);
    return { root, fields, screen: ex.lab.screen(figure) };
  }

  ex.fourSchedules = function (element, { names, four }) {
    const root = element.querySelector('.four-chapter'), find = (selector) => root.querySelector(selector);
    const { state, level } = ex.lab;
    const drawMap = map(find('.map'), Object.keys(names));
    const all = Object.keys(names).map((name) => ({ name, ...card(name, names[name]) }));
    let same = 't', cards = [], values = [];

    // The four, and the chosen one where it is none of these.
    function choose() {
      const shown = all.filter(({ name }) => four.includes(name) || name === state.schedule);
      if (shown.length === cards.length && shown.every((c, k) => c === cards[k])) return;
      cards = shown;
      find('.cards-four').replaceChildren(...cards.map((c) => c.root));
      find('.cards-four').classList.toggle('five', cards.length > four.length);
      fit();
    }

    function fit() {
      values = cards.map(() => new Float64Array(state.x0.length));
      for (const c of cards) c.screen.fit();
    }
    for (const input of root.querySelectorAll('[name=four-same]')) {
      input.onchange = () => { same = input.value; draw(); };
    }

    // At the same t: that t. At the same SNR: each schedule's own t, and the level it has there.
    function place(name) {
      if (same === 't') return { name, t: state.t, level: level(state.t, name) };
      const t = ex.timeOf(name, level());
      return { name, t, level: ex.levelAt(name, t === null ? ex.schedules[name].alpha.length - 1 : t) };
    }

    function picture({ name, fields, root: box, screen }, { t, level: { alpha, sigma } }, into) {
      const { x0, eps } = state, never = t === null;
      for (let i = 0; i < x0.length; i++) into[i] = alpha * x0[i] + sigma * eps[i];
      screen.show((i) => into[i], `${state.alt} under the ${names[name]} schedule, ` +
        (never ? 'at its noisiest' : `t = ${t.toFixed(1)}`));
      box.classList.toggle('never', never);
      fields.t.textContent = never ? 'never' : Number.isInteger(t) ? String(t) : t.toFixed(1);
      fields.alpha.textContent = ex.four(alpha);
      fields.sigma.textContent = ex.four(sigma);
      const snr = db({ alpha, sigma });
      fields.db.textContent = (Number.isFinite(snr) ? snr.toFixed(1).replace('-', '−') : ex.show(snr)) + ' dB';
    }

    function draw() {
      choose();
      const places = cards.map((c) => place(c.name));
      cards.forEach((c, k) => picture(c, places[k], values[k]));
      const reached = places.flatMap((p, k) => (p.t === null ? [] : [k]));
      let worst = 0;
      for (const k of reached) {
        for (let i = 0; i < values[k].length; i++) worst = Math.max(worst, Math.abs(values[k][i] - values[reached[0]][i]));
      }
      find('.worst').textContent = worst === 0 ? '0, exactly' : ex.show(worst, 2);
      const missing = places.filter((p) => p.t === null).map((p) => names[p.name]);
      find('.missing').textContent = missing.length
        ? `${missing.join(' and ')} never ${missing.length > 1 ? 'get' : 'gets'} this noisy: shown dimmed at t = 1000.` : '';
      drawMap(places, { t: state.t, db: db(level()) }, same === 'snr');
    }

    ex.made.set(element, () => {
      const T = ex.schedules.linear.alpha.length - 1, keys = cards.map((c) => c.name);
      return ex.madeForward('four', { names: keys, times: keys.map((name) => place(name).t ?? T) });
    });
    ex.lab.add({ element: root, draw, picture: fit });
  };
})(window.explorer);
