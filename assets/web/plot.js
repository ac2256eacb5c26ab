'use strict';
// A line plot in SVG on linear or logarithmic axes, for any numbers; charts of schedules against t
// are chart.js. Lines keep the colours and dashes of the palette; the pointer reads values off.
//
//   plot(host, {title, x, y, width, height, onhover}) -> {draw(series), cursor(x), range(low, high, ticks), root}
//     x, y: {label, log, range: [low, high] or null for that of the data, ticks or null}; of x also
//       short and unit: how a reading names its place
//     series: [{key, label, ink: 'sampler-ddim', points: [[x, y, error], ...], dots, rings, line, faint, wide, strength, dash}]
//     y null: the reading says “undefined”; error: drawn as a bar of one standard error each way, and read
//     strength: opacity, for lines of one ink that stand in an order; dash: instead of the ink's own
//   onhover(x): the pointer is over the data at x; without it, only the reading moves.
(function (ex) {
  const ns = 'http://www.w3.org/2000/svg', LEFT = 54, RIGHT = 12, TOP = 10, BOTTOM = 38;
  let plots = 0;

  ex.svg = function (tag, attributes, text) {
    const node = document.createElementNS(ns, tag);
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== null && value !== undefined) node.setAttribute(key, value);
    }
    if (text !== undefined) node.textContent = text;
    return node;
  };

  // Round numbers over [low, high], about `count` of them: steps of 1, 2 or 5 times a power of ten.
  ex.ticks = function (low, high, count = 5) {
    const raw = (high - low) / count, power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw * 0.999);
    const first = Math.ceil(low / step - 1e-9), last = Math.floor(high / step + 1e-9);
    return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  };

  // Powers of ten; where they are fewer than three or close together, also 2 and 5 times these; even
  // steps where the range is shorter still.
  ex.logTicks = function (low, high) {
    const from = Math.floor(Math.log10(low)), to = Math.ceil(Math.log10(high));
    const times = (factors) => Array.from({ length: to - from + 1 }, (_, i) => factors.map((m) => Number((m * 10 ** (from + i)).toPrecision(3))))
      .flat().filter((t) => t >= low * 0.999 && t <= high * 1.001);
    const powers = times([1]), kept = powers.length < 3 || to - from <= 2 ? times([1, 2, 5]) : powers;
    return kept.length < 3 ? ex.ticks(low, high, 4).filter((t) => t > 0) : kept;
  };

  function extent(values, { log, range }) {
    if (range) return range;
    const usable = values.filter((v) => Number.isFinite(v) && (!log || v > 0));
    if (!usable.length) return log ? [0.1, 10] : [0, 1];
    const low = Math.min(...usable), high = Math.max(...usable);
    if (log) return low === high ? [low / 2, high * 2] : [low / 1.15, high * 1.15];
    const margin = (high - low || Math.abs(high) || 1) * 0.05;
    return [low === 0 ? 0 : low - margin, high + margin];
  }

  const written = (v) => (v !== 0 && (Math.abs(v) >= 1e4 || Math.abs(v) < 1e-3)
    ? ex.show(v, 1) : String(Number(v.toPrecision(6))).replace('-', '−'));

  ex.plot = function (host, options) {
    const { title, x: ax, y: ay, width: W = 560, height: H = 280, onhover } = options;
    const id = 'plot-' + ++plots;
    const root = ex.svg('svg', { viewBox: `0 0 ${W} ${H}`, class: 'plot chart', role: 'img', tabindex: 0, 'data-keys': 'own', 'aria-label': title });
    const frame = ex.svg('g', {}), lines = ex.svg('g', { 'clip-path': `url(#${id})` }), marks = ex.svg('g', {});
    const rule = ex.svg('line', { class: 'cursor', y1: TOP, y2: H - BOTTOM, hidden: '' });
    const clip = ex.svg('clipPath', { id });
    clip.append(ex.svg('rect', { x: LEFT - 4, y: TOP - 4, width: W - LEFT - RIGHT + 8, height: H - TOP - BOTTOM + 8 }));
    root.append(clip, frame, lines, rule, marks);
    const reading = ex.element('output', { class: 'reading', 'aria-live': 'off' });
    host.append(root, reading);
    let series = [], xs = [], scaleX = null, scaleY = null;

    function scale(low, high, log, from, to) {
      const f = log ? Math.log : (v) => v;
      return (v) => from + ((f(v) - f(low)) / (f(high) - f(low))) * (to - from);
    }

    function axes([x0, x1], [y0, y1]) {
      frame.replaceChildren();
      for (const tick of ay.ticks || (ay.log ? ex.logTicks(y0, y1) : ex.ticks(y0, y1))) {
        frame.append(ex.svg('line', { class: 'grid', x1: LEFT, x2: W - RIGHT, y1: scaleY(tick), y2: scaleY(tick) }),
          ex.svg('text', { x: LEFT - 6, y: scaleY(tick) + 4, 'text-anchor': 'end' }, written(tick)));
      }
      for (const tick of ax.ticks || (ax.log ? ex.logTicks(x0, x1) : ex.ticks(x0, x1))) {
        frame.append(ex.svg('line', { class: 'tick', x1: scaleX(tick), x2: scaleX(tick), y1: H - BOTTOM, y2: H - BOTTOM + 4 }),
          ex.svg('text', { x: scaleX(tick), y: H - BOTTOM + 17, 'text-anchor': 'middle' }, written(tick)));
      }
      frame.append(
        ex.svg('text', { class: 'label', x: (LEFT + W - RIGHT) / 2, y: H - 4, 'text-anchor': 'middle' }, ax.label),
        ex.svg('text', { class: 'label', transform: `translate(11 ${(TOP + H - BOTTOM) / 2}) rotate(-90)`,
          'text-anchor': 'middle' }, ay.label));
    }

    const drawable = ([px, py]) => Number.isFinite(px) && Number.isFinite(py) && (!ax.log || px > 0) && (!ay.log || py > 0);

    function one({ key, ink, points, dots, rings, line = true, faint, wide, strength = null, dash }) {
      const seen = points.filter(drawable), places = seen.map(([px, py]) => [scaleX(px), scaleY(py)]);
      const name = ink ? ink.slice(ink.indexOf('-') + 1) : '';
      const colour = ink ? `var(--${ink})` : 'var(--body-text-color-subdued)';
      const group = ex.svg('g', { 'data-series': key, opacity: faint ? 0.35 : strength });
      if (line && places.length > 1) {
        group.append(ex.svg('path', { class: wide ? 'line wide' : 'line', style: `stroke:${colour};stroke-dasharray:${dash || (ink && ex.dashes[name]) || 'none'}`,
          d: 'M' + places.map(([px, py]) => `${px.toFixed(1)} ${py.toFixed(1)}`).join('L') }));
      }
      const bars = seen.filter(([, py, error]) => error && drawable([0.5, py - error]));
      group.append(...bars.map(([px, py, error]) => ex.svg('line', { class: 'bar', x1: scaleX(px), x2: scaleX(px),
        y1: scaleY(py - error), y2: scaleY(py + error), style: `stroke:${colour}` })));
      if (dots) group.append(...places.map(([px, py]) => ex.svg('circle', { cx: px.toFixed(1), cy: py.toFixed(1), r: 3.5, style: `fill:${colour}` })));
      if (rings) group.append(...places.map(([px, py]) => ex.svg('circle', { class: 'ring', cx: px.toFixed(1), cy: py.toFixed(1), r: 6, style: `stroke:${colour}` })));
      return group;
    }

    function draw(next) {
      series = next;
      const points = series.flatMap((s) => s.points);
      const rangeX = extent(points.map((p) => p[0]), ax), rangeY = extent(points.map((p) => p[1]), ay);
      scaleX = scale(...rangeX, ax.log, LEFT, W - RIGHT);
      scaleY = scale(...rangeY, ay.log, H - BOTTOM, TOP);
      xs = [...new Set(points.map((p) => p[0]))].filter(Number.isFinite).sort((a, b) => a - b);
      axes(rangeX, rangeY);
      lines.replaceChildren(...series.map(one));
      marks.replaceChildren();
      rule.setAttribute('hidden', '');
      reading.textContent = '';
      root.setAttribute('aria-label', `${title}. ${ax.label} against ${ay.label}: ` +
        series.filter((s) => s.label).map((s) => s.label).join(', '));
    }

    // Mark x on every line that has a point there, or the last before it, and read the values off.
    function cursor(at) {
      if (!scaleX || !Number.isFinite(at)) return;
      rule.removeAttribute('hidden');
      rule.setAttribute('x1', scaleX(at));
      rule.setAttribute('x2', scaleX(at));
      const found = series.filter((s) => s.label).flatMap((s) => {
        const point = s.points.filter((p) => p[0] <= at).at(-1);
        return point && (drawable(point) || point[1] === null || point[1] === 0) ? [[s, point]] : [];
      });
      marks.replaceChildren(...found.filter(([, point]) => drawable(point)).map(([s, [px, py]]) => ex.svg('circle', { cx: scaleX(px), cy: scaleY(py), r: 4.5,
        style: `fill:${s.ink ? `var(--${s.ink})` : 'currentColor'}` })));
      reading.textContent = `${ax.short || ax.label} ${written(at)}${ax.unit || ''}: ` +
        found.map(([s, [, py, error]]) => `${s.label} ${py === null ? 'undefined' : ex.show(py)}${error ? ` ± ${ex.show(error, 1)}` : ''}`).join(' · ');
    }

    let near = null; // the place that is read
    root.addEventListener('pointermove', (event) => {
      if (!scaleX || !xs.length) return;
      const box = root.getBoundingClientRect(), at = ((event.clientX - box.left) / box.width) * W;
      near = xs.reduce((a, b) => (Math.abs(scaleX(b) - at) < Math.abs(scaleX(a) - at) ? b : a));
      cursor(near);
      if (onhover) onhover(near);
    });
    // The same by keyboard: arrows walk over the data.
    root.addEventListener('keydown', (event) => {
      const at = near === null ? -1 : xs.indexOf(near), last = xs.length - 1;
      const to = { ArrowLeft: Math.max(0, at - 1), ArrowRight: Math.min(last, at + 1), Home: 0, End: last }[event.key];
      if (to === undefined || !scaleX || last < 0) return;
      event.preventDefault();
      near = xs[to];
      cursor(near);
      if (onhover) onhover(near);
    });
    ex.numbers(root, () => [{ name: title, columns: ['line', ax.label, ay.label, 'standard error'],
      rows: series.flatMap(({ key, label, points }) => points.map(([px, py, error]) => [label || key, px, py, error])) }]);
    // Another range of y, and ticks if not its own, from the next drawing on.
    const range = (low, high, ticks = null) => Object.assign(ay, { range: [low, high], ticks });
    return { draw, cursor, range, root };
  };

  // A size that keeps the letters of a plot legible: as asked for, or narrower on a phone.
  ex.fitted = (width, height) => (innerWidth < 640 ? { width: 420, height: Math.max(260, height * 0.8) } : { width, height });

  // The names of the lines, each with a piece of its line; entries: [{ink, label, dash}].
  ex.legend = (entries) => ex.element('p', { class: 'key' },
    ...entries.map(({ ink, label, dash, wide }) => ex.element('span', wide ? { class: 'broad' } : {}, ex.swatch(ink, dash), label)));
})(window.explorer);
