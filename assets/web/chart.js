'use strict';
// A small chart of schedules against t, in SVG: one line a schedule in its own colour and dashes,
// and a cursor that the pointer moves. Charts that share a cursor are linked by their caller.
//
//   chart(host, {title, axes: {linear, log}, value, onhover}) -> {draw(series, log), cursor(t)}
//     axes: {range: [low, high], ticks, names?, right?}; an axis of "log" is in powers of ten
//     value(table, t): what is drawn; series: [{key, label, ink, dash, table: {alpha, sigma}}]
(function (ex) {
  const W = 260, H = 190, LEFT = 40, TOP = 8, BOTTOM = 24;

  ex.plain = (x) => String(x).replace('-', '−');
  const power = (tick) => (tick === 0 ? '1' : '10' + [...ex.plain(tick)].map((c) => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'['−0123456789'.indexOf(c)]).join(''));

  // A number in few letters: 0.999, 157, 2e4.
  const short = (x) => (Math.abs(x) >= 1e4 || (x && Math.abs(x) < 1e-3)
    ? ex.show(x, 1).replace('e+', 'e') : ex.show(x).replace(/\.0+$/, ''));

  ex.chart = function (host, { title, axes, value, onhover }) {
    const id = 'clip-' + Math.random().toString(36).slice(2);
    let series = [], T = 1000, axis = axes.linear, edge = W - 10, logarithmic = false;
    const x = (t) => LEFT + ((edge - LEFT) * t) / T;
    const y = (v) => TOP + (H - TOP - BOTTOM) * (1 - (v - axis.range[0]) / (axis.range[1] - axis.range[0]));
    const root = ex.svg('svg', { viewBox: `0 0 ${W} ${H}`, class: 'chart', role: 'img' });
    const frame = ex.svg('g', {}), lines = ex.svg('g', { 'clip-path': `url(#${id})` }), marks = ex.svg('g', {});
    const line = ex.svg('line', { class: 'cursor', y1: TOP, y2: H - BOTTOM }), clip = ex.svg('clipPath', { id });
    const box = ex.svg('rect', { x: LEFT, y: TOP - 2, height: H - TOP - BOTTOM + 4 });
    clip.append(box);
    root.append(clip, frame, lines, line, marks);
    host.append(root);

    const at = (table, t) => (logarithmic ? Math.log10(value(table, t)) : value(table, t));

    function ground() { // grid lines, tick labels, names of the axes
      frame.replaceChildren();
      for (const tick of axis.ticks) {
        frame.append(ex.svg('line', { class: 'grid', x1: LEFT, x2: edge, y1: y(tick), y2: y(tick) }),
          ex.svg('text', { x: LEFT - 5, y: y(tick) + 4, 'text-anchor': 'end' }, logarithmic ? power(tick) : ex.plain(tick)));
      }
      for (const { at: v, label } of axis.right || []) {
        // inward: outside, the tick would be read as the number's minus
        frame.append(ex.svg('line', { class: 'tick', x1: edge - 4, x2: edge, y1: y(v), y2: y(v) }),
          ex.svg('text', { x: edge + 6, y: y(v) + 4 }, label));
      }
      for (const t of [0, T / 2, T]) {
        frame.append(ex.svg('line', { class: 'tick', x1: x(t), x2: x(t), y1: H - BOTTOM, y2: H - BOTTOM + 4 }),
          ex.svg('text', { x: x(t), y: H - 7, 'text-anchor': t === T ? 'end' : 'middle' }, t ? ex.plain(t) : 't = 0'));
      }
    }

    function points(table) {
      const [low, high] = axis.range, far = high - low, all = [];
      for (let t = 0; t <= T; t++) {
        const v = at(table, t);
        if (Number.isNaN(v)) continue; // beta of t = 0, which no schedule has
        all.push([x(t), y(Math.max(low - far, Math.min(high + far, v)))]);
      }
      return all;
    }

    // The words of the lines that end off the axis, at infinity or at a number: each near where its
    // own leaves, and where neither a line nor another word runs through it.
    function endings(lines) {
      const taken = [], high = 13;
      const within = (box, [px, py], [qx, qy]) => Math.max(px, qx) > box.x - 3 && Math.min(px, qx) < box.x + box.wide &&
        Math.max(py, qy) > box.y - 1 && Math.min(py, qy) < box.y + high;
      for (const [k, { ink, table }] of series.entries()) {
        const last = at(table, T), up = last > axis.range[1];
        if (!up && !(last < axis.range[0])) continue;
        const word = `to ${short(value(table, T))} ${up ? '↑' : '↓'}`, wide = 7 * word.length;
        const leaves = lines[k].find(([, py]) => (up ? py < TOP : py > H - BOTTOM))?.[0] ?? edge, places = [];
        for (let row = 0; row < 4; row++) {
          for (let left = edge - wide; left > LEFT; left -= 4) {
            const box = { wide, x: left, y: up ? TOP + 2 + 14 * row : H - BOTTOM - 16 - 14 * row };
            const crossed = lines.filter((all) => all.some((p, i) => i && within(box, all[i - 1], p))).length;
            const covered = taken.some((other) => other.x < left + wide && left < other.x + other.wide && Math.abs(other.y - box.y) < high);
            const far = Math.max(0, left - leaves, leaves - left - wide);
            places.push({ ...box, cost: 1000 * (crossed + 2 * covered) + 30 * row + far });
          }
        }
        const best = places.reduce((one, other) => (other.cost < one.cost ? other : one));
        taken.push(best);
        frame.append(ex.svg('text', { class: 'ending spoils', x: best.x + wide / 2, y: best.y + 10, 'text-anchor': 'middle',
          style: `fill:var(--schedule-${ink})` }, word));
      }
    }

    function draw(next, log) {
      series = next;
      logarithmic = Boolean(log && axes.log);
      axis = logarithmic ? axes.log : axes.linear;
      edge = W - (axis.right ? 40 : 10);
      box.setAttribute('width', edge - LEFT + 2);
      T = series.length ? series[0].table.alpha.length - 1 : T;
      root.setAttribute('aria-label', `${title} against t from 0 to ${T}: ${series.map((s) => s.label).join(', ')}`);
      ground();
      const drawn = series.map(({ table }) => points(table));
      lines.replaceChildren(...series.map(({ key, ink, dash }, k) => ex.svg('path', { class: 'line',
        d: 'M' + drawn[k].map(([px, py]) => `${px.toFixed(1)} ${py.toFixed(1)}`).join('L'),
        'data-series': key, style: `stroke:var(--schedule-${ink});stroke-dasharray:${dash || 'none'}` })));
      endings(drawn.map((all) => all.filter((_, i) => i % 5 === 0 || i === all.length - 1)));
    }

    function cursor(t) {
      line.setAttribute('x1', x(t));
      line.setAttribute('x2', x(t));
      const [low, high] = axis.range;
      marks.replaceChildren(...series.flatMap(({ key, ink, table }) => {
        const v = at(table, t);
        return v >= low && v <= high ? [ex.svg('circle', { cx: x(t), cy: y(v), r: 4, 'data-of': key,
          style: `fill:var(--schedule-${ink})` })] : [];
      }));
    }

    ex.numbers(root, () => [{ name: title, columns: ['t', ...series.map((s) => s.label)],
      rows: Array.from({ length: T + 1 }, (_, t) => [t, ...series.map(({ table }) => value(table, t))]) }]);

    function point(event) {
      const { left, width } = root.getBoundingClientRect(), place = ((event.clientX - left) / width) * W;
      onhover(Math.max(0, Math.min(T, Math.round(((place - LEFT) / (edge - LEFT)) * T))));
    }
    root.addEventListener('pointermove', point);
    root.addEventListener('pointerdown', point);
    return { draw, cursor };
  };
})(window.explorer);
