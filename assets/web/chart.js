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
        frame.append(ex.svg('line', { class: 'tick', x1: edge, x2: edge + 4, y1: y(v), y2: y(v) }),
          ex.svg('text', { x: edge + 6, y: y(v) + 4 }, label));
      }
      for (const t of [0, T / 2, T]) {
        frame.append(ex.svg('line', { class: 'tick', x1: x(t), x2: x(t), y1: H - BOTTOM, y2: H - BOTTOM + 4 }),
          ex.svg('text', { x: x(t), y: H - 7, 'text-anchor': t === T ? 'end' : 'middle' }, t ? ex.plain(t) : 't = 0'));
      }
    }

    function path(table) {
      const [low, high] = axis.range, far = high - low;
      let d = '';
      for (let t = 0; t <= T; t++) {
        const v = at(table, t);
        if (Number.isNaN(v)) continue; // beta of t = 0, which no schedule has
        d += `${d ? 'L' : 'M'}${x(t).toFixed(1)} ${y(Math.max(low - far, Math.min(high + far, v))).toFixed(1)}`;
      }
      return d;
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
      lines.replaceChildren(...series.map(({ key, ink, dash, table }) => ex.svg('path', { d: path(table), class: 'line',
        'data-series': key, style: `stroke:var(--schedule-${ink});stroke-dasharray:${dash || 'none'}` })));
      for (const { ink, table } of series) {
        const last = at(table, T);
        if (Number.isFinite(last)) continue;
        frame.append(ex.svg('text', { x: x(0.95 * T), y: last > 0 ? TOP + 12 : H - BOTTOM - 6, 'text-anchor': 'end',
          style: `fill:var(--schedule-${ink})` }, last > 0 ? 'to ∞ ↑' : 'to −∞ ↓'));
      }
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
