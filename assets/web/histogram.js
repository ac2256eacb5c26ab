'use strict';
// A histogram of pixel values as a density, with the standard normal curve drawn over it.
// histogram(host) -> {show(count, value)}: value(i) for i < count; counts: what was drawn last
(function (ex) {
  const W = 260, H = 120, BASE = 100, LOW = -4, HIGH = 4, BINS = 48, TOP = 0.8; // TOP: density at the top
  const ns = 'http://www.w3.org/2000/svg';
  const x = (value) => ((value - LOW) / (HIGH - LOW)) * W;
  const y = (density) => BASE * (1 - Math.min(density, TOP) / TOP);

  function svg(tag, attributes, text) {
    const node = document.createElementNS(ns, tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text !== undefined) node.textContent = text;
    return node;
  }

  function curve() {
    let d = '';
    for (let i = 0; i <= 80; i++) {
      const value = LOW + ((HIGH - LOW) * i) / 80;
      d += `${d ? 'L' : 'M'}${x(value).toFixed(1)} ${y(Math.exp(-value * value / 2) / Math.sqrt(2 * Math.PI)).toFixed(1)}`;
    }
    return d;
  }

  ex.histogram = function (host) {
    const root = svg('svg', { viewBox: `0 0 ${W} ${H}`, class: 'bars', role: 'img',
      'aria-label': 'Histogram of the pixel values of x_t, with the curve of N(0, 1) over it' });
    const bars = svg('path', { class: 'bar-shape' }), counts = new Uint32Array(BINS);
    root.append(bars, svg('line', { class: 'tick', x1: 0, x2: W, y1: BASE, y2: BASE }));
    for (const tick of [-3, -2, -1, 0, 1, 2, 3]) {
      root.append(svg('text', { x: x(tick), y: H - 4, 'text-anchor': 'middle' }, String(tick).replace('-', '−')));
    }
    root.append(svg('path', { class: 'normal', d: curve() }));
    host.append(root);

    function show(count, value) {
      counts.fill(0);
      for (let i = 0; i < count; i++) {
        const bin = Math.floor(((value(i) - LOW) / (HIGH - LOW)) * BINS);
        counts[Math.max(0, Math.min(BINS - 1, bin))]++;
      }
      const width = (HIGH - LOW) / BINS;
      let d = `M0 ${BASE}`;
      for (let bin = 0; bin < BINS; bin++) {
        const top = y(counts[bin] / count / width).toFixed(1);
        d += `V${top}H${(((bin + 1) * W) / BINS).toFixed(1)}`;
      }
      bars.setAttribute('d', d + `V${BASE}Z`);
    }
    ex.numbers(root, () => [{ name: 'histogram of pixel values', columns: ['from', 'to', 'pixels'],
      rows: Array.from(counts, (n, k) => [LOW + ((HIGH - LOW) * k) / BINS, LOW + ((HIGH - LOW) * (k + 1)) / BINS, n]) }]);
    return { show, counts };
  };
})(window.explorer);
