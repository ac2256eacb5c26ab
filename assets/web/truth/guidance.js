'use strict';
// Guidance, exactly: the three fields of a world with two classes, and where every scale leads.
(function (ex) {
  const FIRST = 8; // scale 2

  ex.truthGuidance = function (element, props, watch) {
    let got = null, which = null, where = null, spread = null, distance = null, at = FIRST;
    const root = ex.truth(element, props, watch, { load: (value) => setTimeout(() => load(value)), draw: () => draw() });
    const find = (selector) => root.querySelector(selector), range = find('.scale');
    const transport = ex.transport(find('.controls'), { name: 'Noise level', key: 'step.exact', label: (k) => (got ? `σ = ${got.levels[k][1].toFixed(3)}` : ''), onmove: () => draw() });
    root.addEventListener('keydown', (event) => { if (event.target !== range) transport.key(event); });
    range.oninput = () => { at = Number(range.value); draw(); };

    function start(value) {
      which = ex.plane({ half: value.half, label: 'Arrows' });
      where = ex.plane({ half: value.half, label: 'Ends' });
      find('.arrows-plane').append(which.canvas);
      find('.ends-plane').append(where.canvas);
      const x = { label: 'guidance scale', short: 'scale' }, size = ex.fitted(540, 220);
      spread = ex.plot(find('.spread'), { title: 'Spread of the ends', x, y: { label: 'spread' }, ...size, onhover: to });
      distance = ex.plot(find('.distance'), { title: 'Distance of the ends to the class', x, y: { label: 'distance to the class' }, ...size, onhover: to });
    }

    function to(scale) {
      range.value = at = got.scales.indexOf(scale);
      draw();
    }

    function load(value) {
      const first = !got;
      got = { ...value, one: ex.shade(value.density.one), all: ex.shade(value.density.all), cells: ex.unpacked(value.cells).values,
        cond: ex.unpacked(value.conditional).values, ref: ex.unpacked(value.unconditional).values, end: ex.unpacked(value.ends) };
      if (first) start(value);
      find('.borrowed').hidden = !value.borrowed;
      range.max = value.scales.length - 1;
      range.value = at;
      const ends = [value.scales[0], value.scales.at(-1)];
      spread.draw([{ key: 'spread', label: 'spread', ink: 'prediction', points: value.spread },
        { key: 'data', label: 'the class itself', ink: 'signal', points: ends.map((s) => [s, value.spread_data]) }]);
      distance.draw([{ key: 'distance', label: 'distance', ink: 'prediction', points: value.distance },
        { key: 'floor', label: 'data against data', ink: '', points: ends.map((s) => [s, value.floor]) }]);
      transport.set(value.levels.length, first ? Math.round(value.levels.length * 0.4) : transport.position, 5, Math.round(value.levels.length * 0.4));
    }

    function draw() {
      if (!got || !which) return;
      const k = transport.position, scale = got.scales[at], n = got.cells.length, from = k * n;
      const cond = got.cond.subarray(from, from + n), ref = got.ref.subarray(from, from + n);
      const both = ref.map((v, i) => v + scale * (cond[i] - v));
      let longest = 0;
      for (const field of [cond, ref]) for (let i = 0; i < n; i += 2) longest = Math.max(longest, Math.hypot(field[i], field[i + 1]));
      which.begin();
      which.density(got.all, 0, 'body-text-color-subdued', 0.25);
      which.density(got.one, 0, 'signal', 0.3);
      for (const [field, ink] of [[ref, 'noise'], [cond, 'signal'], [both, 'prediction']]) {
        which.arrows(got.cells, field, { ink, reach: 0.34, longest, back: 0, width: ink === 'prediction' ? 3.5 : 2.5 });
      }
      const level = `σ = ${got.levels[k][1].toFixed(3)}`;
      which.describe(`conditional, unconditional and guided flow at ${level}, scale ${scale}`);
      find('.level-name').textContent = `at ${level}`;
      const count = got.end.shape[1];
      where.begin();
      where.density(got.all, 0, 'body-text-color-subdued', 0.25);
      where.density(got.one, 0, 'signal', 0.3);
      where.dots(got.end.values, { from: at * count, count, ink: 'prediction', radius: 5 });
      where.describe(`${count} ends at scale ${scale}`);
      find('.scale-value').textContent = scale;
      spread.cursor(scale);
      distance.cursor(scale);
      find('.verdict').textContent = `At scale ${scale} the ends spread ${ex.show(got.spread[at][1], 2)} (the class: ${ex.show(got.spread_data, 2)}) and lie ` +
        `${ex.show(got.distance[at][1], 2)} from the class (two sets of its data: ${ex.show(got.floor, 2)}).`;
    }
  };
})(window.explorer);
