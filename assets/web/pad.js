'use strict';
// A drawing pad of 28 x 28 greys with a soft brush, so that a stroke looks like MNIST's.
// pad(host, {side, onchange}) -> {pixels: Uint8Array, empty, clear()}
(function (ex) {
  const CORE = 0.8, EDGE = 1.7; // px from the stroke's centre: full ink within CORE, none beyond EDGE

  ex.pad = function (host, { side, onchange }) {
    const pixels = new Uint8Array(side * side), picture = ex.picture(side, side), { canvas } = picture;
    const changed = ex.oncePerFrame(() => { picture.show(pixels); onchange(); });
    let last = null;

    function stamp(x, y) {
      for (let row = Math.max(0, Math.floor(y - EDGE)); row <= Math.min(side - 1, y + EDGE); row++) {
        for (let col = Math.max(0, Math.floor(x - EDGE)); col <= Math.min(side - 1, x + EDGE); col++) {
          const distance = Math.hypot(col + 0.5 - x, row + 0.5 - y);
          const ink = Math.max(0, Math.min(1, (EDGE - distance) / (EDGE - CORE)));
          const at = row * side + col;
          pixels[at] = Math.max(pixels[at], Math.round(255 * ink));
        }
      }
    }

    function stroke(event) {
      const box = canvas.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * side, y = ((event.clientY - box.top) / box.height) * side;
      const from = last || [x, y], steps = Math.ceil(Math.hypot(x - from[0], y - from[1]) / 0.25) || 1;
      for (let i = 1; i <= steps; i++) {
        stamp(from[0] + ((x - from[0]) * i) / steps, from[1] + ((y - from[1]) * i) / steps);
      }
      last = [x, y];
      changed();
    }

    function clear() {
      pixels.fill(0);
      changed();
    }

    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      last = null;
      stroke(event);
      event.preventDefault();
    });
    canvas.addEventListener('pointermove', (event) => {
      if (!canvas.hasPointerCapture(event.pointerId)) return;
      for (const part of event.getCoalescedEvents?.().length ? event.getCoalescedEvents() : [event]) stroke(part);
    });
    canvas.classList.add('pad');
    canvas.setAttribute('aria-label', 'Drawing pad: draw a digit with mouse or finger');
    picture.show(pixels);
    host.append(canvas, ex.element('button', { type: 'button', class: 'plain', onclick: clear }, 'Clear the pad'));
    return { pixels, clear, get empty() { return !pixels.some(Boolean); } };
  };
})(window.explorer);
