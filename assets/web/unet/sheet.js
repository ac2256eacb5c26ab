'use strict';
// Many small maps in one canvas on one diverging scale; one of them can be pointed at.
(function (ex) {
  const MIDDLE = 127; // the byte that is 0: explorer/app/inside/dissected.py

  // 255 colours from the CSS variables of the diverging scale.
  ex.diverging = function (element) {
    const style = getComputedStyle(element);
    const [low, middle, high] = ['low', 'middle', 'high'].map((end) => {
      const hex = style.getPropertyValue(`--diverging-${end}`).trim();
      return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
    });
    const ramp = new Uint8Array(3 * 255);
    for (let i = 0; i < 255; i++) {
      const share = Math.abs(i - MIDDLE) / MIDDLE, end = i < MIDDLE ? low : high;
      for (let c = 0; c < 3; c++) ramp[3 * i + c] = Math.round(middle[c] + share * (end[c] - middle[c]));
    }
    return ramp;
  };

  // Bytes of one map as colours.
  ex.coloured = function (bytes, ramp) {
    const rgb = new Uint8Array(3 * bytes.length);
    bytes.forEach((b, i) => rgb.set(ramp.subarray(3 * b, 3 * b + 3), 3 * i));
    return rgb;
  };

  // A canvas of `count` maps of h x w; onpoint(map) when one is pointed at or reached by arrows.
  ex.sheet = function (host, { count, h, w }, onpoint) {
    const columns = Math.min(count, Math.ceil(Math.sqrt(2 * count))), rows = Math.ceil(count / columns);
    const gap = Math.max(1, Math.round(w / 14));
    const canvas = ex.element('canvas', { role: 'img', tabindex: 0, 'data-keys': 'own', class: 'pixels', width: columns * (w + gap) - gap, height: rows * (h + gap) - gap });
    const marker = ex.element('span', { class: 'marker', 'aria-hidden': 'true' });
    const context = canvas.getContext('2d');
    let at = 0;

    function show(bytes, ramp) {
      const image = context.createImageData(w, h), n = h * w;
      for (let m = 0; m < count; m++) {
        for (let i = 0, o = 0; i < n; i++, o += 4) {
          const b = 3 * bytes[m * n + i];
          image.data[o] = ramp[b]; image.data[o + 1] = ramp[b + 1]; image.data[o + 2] = ramp[b + 2]; image.data[o + 3] = 255;
        }
        context.putImageData(image, (m % columns) * (w + gap), Math.floor(m / columns) * (h + gap));
      }
    }

    function point(to) {
      at = Math.max(0, Math.min(count - 1, to));
      const part = (v, whole) => `${(100 * v) / whole}%`;
      marker.style.left = part((at % columns) * (w + gap), canvas.width);
      marker.style.top = part(Math.floor(at / columns) * (h + gap), canvas.height);
      marker.style.width = part(w, canvas.width);
      marker.style.height = part(h, canvas.height);
      onpoint(at);
    }

    function under(event) {
      const box = canvas.getBoundingClientRect();
      const of = (v, size, step, most) => Math.max(0, Math.min(most - 1, Math.floor((v * size) / step)));
      const to = of((event.clientY - box.top) / box.height, canvas.height, h + gap, rows) * columns +
        of((event.clientX - box.left) / box.width, canvas.width, w + gap, columns);
      if (to < count && to !== at) point(to);
    }

    canvas.addEventListener('pointermove', under);
    canvas.addEventListener('pointerdown', under);
    canvas.addEventListener('keydown', (event) => {
      const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -count, End: count };
      if (!(event.key in moves)) return;
      point(at + moves[event.key]);
      event.preventDefault();
    });
    host.replaceChildren(canvas, marker);
    host.style.setProperty('--most', `${columns * Math.max(120, count === 1 ? 6 * w : 0)}px`);
    return { canvas, show, point };
  };
})(window.explorer);
