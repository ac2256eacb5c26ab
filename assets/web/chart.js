'use strict';
// A small line chart in SVG: axes, one line a series in its own colour and dashes, and a cursor
// that the pointer moves. Charts that share a cursor are linked by their caller.
// chart(host, {title, range, ticks, right, value, onhover}) -> {draw(tables), cursor(t)}
(function (ex) {
  const W = 360, H = 240, LEFT = 40, TOP = 12, BOTTOM = 34;
  const ns = 'http://www.w3.org/2000/svg';

  function svg(tag, attributes, text) {
    const node = document.createElementNS(ns, tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text !== undefined) node.textContent = text;
    return node;
  }

  // The frame that never changes: grid lines, tick labels, names of the axes.
  function axes(plot, { ticks, right }, x, y, T, edge) {
    for (const tick of ticks) {
      plot.append(svg('line', { class: 'grid', x1: LEFT, x2: edge, y1: y(tick), y2: y(tick) }),
        svg('text', { x: LEFT - 6, y: y(tick) + 4, 'text-anchor': 'end' }, ex.plain(tick)));
    }
    for (const { at, label } of right || []) {
      plot.append(svg('line', { class: 'tick', x1: edge, x2: edge + 4, y1: y(at), y2: y(at) }),
        svg('text', { x: edge + 7, y: y(at) + 4 }, label));
    }
    for (let i = 0; i <= 4; i++) {
      const t = (T * i) / 4;
      plot.append(svg('line', { class: 'tick', x1: x(t), x2: x(t), y1: H - BOTTOM, y2: H - BOTTOM + 4 }),
        svg('text', { x: x(t), y: H - BOTTOM + 17, 'text-anchor': 'middle' }, ex.plain(t)));
    }
    plot.append(svg('text', { class: 'axis', x: (LEFT + edge) / 2, y: H - 2, 'text-anchor': 'middle' }, 't'));
  }

  ex.plain = (x) => String(x).replace('-', '−');

  ex.chart = function (host, options) {
    const { title, right, range: [low, high], value, onhover } = options;
    const edge = W - (right ? 44 : 10), id = 'clip-' + Math.random().toString(36).slice(2);
    let tables = {}, T = 1000;
    const x = (t) => LEFT + ((edge - LEFT) * t) / T;
    const y = (v) => TOP + (H - TOP - BOTTOM) * (1 - (v - low) / (high - low));
    const root = svg('svg', { viewBox: `0 0 ${W} ${H}`, class: 'chart', role: 'img' });
    const frame = svg('g', {}), lines = svg('g', { 'clip-path': `url(#${id})` }), marks = svg('g', {});
    const line = svg('line', { class: 'cursor', y1: TOP, y2: H - BOTTOM });
    const clip = svg('clipPath', { id });
    clip.append(svg('rect', { x: LEFT, y: TOP - 2, width: edge - LEFT + 2, height: H - TOP - BOTTOM + 4 }));
    root.append(clip, frame, lines, line, marks);
    host.append(root);

    function path(table) {
      let d = '';
      for (let t = 0; t <= T; t++) {
        const v = Math.max(2 * low - high, Math.min(2 * high - low, value(table.alpha[t], table.sigma[t])));
        d += `${d ? 'L' : 'M'}${x(t).toFixed(1)} ${y(v).toFixed(1)}`;
      }
      return d;
    }

    function draw(next) {
      tables = next;
      T = Object.values(tables)[0].alpha.length - 1;
      root.setAttribute('aria-label', `${title} against t from 0 to ${T}, one line for each schedule`);
      frame.replaceChildren();
      axes(frame, options, x, y, T, edge);
      lines.replaceChildren();
      for (const [name, table] of Object.entries(tables)) {
        lines.append(svg('path', { d: path(table), class: 'line', 'data-series': name,
          style: `stroke:var(--schedule-${name});stroke-dasharray:${ex.dashes[name] || 'none'}` }));
        if (value(table.alpha[T], table.sigma[T]) === -Infinity) {
          frame.append(svg('text', { x: x(0.93 * T), y: H - BOTTOM - 6, 'text-anchor': 'end',
            style: `fill:var(--schedule-${name})` }, 'to −∞ ↓'));
        }
      }
    }

    function cursor(t) {
      line.setAttribute('x1', x(t));
      line.setAttribute('x2', x(t));
      marks.replaceChildren(...Object.entries(tables).flatMap(([name, { alpha, sigma }]) => {
        const v = value(alpha[t], sigma[t]);
        return v < low || v > high ? [] : [svg('circle', { cx: x(t), cy: y(v), r: 4,
          style: `fill:var(--schedule-${name})` })];
      }));
    }

    function point(event) {
      const box = root.getBoundingClientRect(), at = ((event.clientX - box.left) / box.width) * W;
      onhover(Math.max(0, Math.min(T, Math.round(((at - LEFT) / (edge - LEFT)) * T))));
    }
    root.addEventListener('pointermove', point);
    root.addEventListener('pointerdown', point);
    return { draw, cursor };
  };
})(window.explorer);
