'use strict';
// A soft brush on any square picture: strokes of ink in a grid of greys, like MNIST's.
// brush: how many times as thick.
// pad(canvas, {side, brush, onchange}) -> {pixels: Uint8Array, empty, active, clear()}
// By keyboard: the arrows move the pen, and with Shift they draw; Space makes a dot.
(function (ex) {
  const CORE = 0.8, EDGE = 1.7; // px from the stroke's centre: full ink within CORE, none beyond EDGE

  ex.pad = function (canvas, { side, onchange, brush = 1 }) {
    const core = brush * CORE, edge = brush * EDGE;
    const pixels = new Uint8Array(side * side), changed = ex.oncePerFrame(onchange);
    let last = null, active = false;

    function stamp(x, y) {
      for (let row = Math.max(0, Math.floor(y - edge)); row <= Math.min(side - 1, y + edge); row++) {
        for (let col = Math.max(0, Math.floor(x - edge)); col <= Math.min(side - 1, x + edge); col++) {
          const distance = Math.hypot(col + 0.5 - x, row + 0.5 - y);
          const ink = Math.max(0, Math.min(1, (edge - distance) / (edge - core)));
          const at = row * side + col;
          pixels[at] = Math.max(pixels[at], Math.round(255 * ink));
        }
      }
    }

    // Stamps a quarter of a pixel apart join the places that the pointer reported.
    function stroke(event) {
      const box = canvas.getBoundingClientRect();
      const x = ((event.clientX - box.left) / canvas.clientWidth) * side;
      const y = ((event.clientY - box.top) / canvas.clientHeight) * side;
      const from = last || [x, y], steps = Math.ceil(Math.hypot(x - from[0], y - from[1]) / 0.25) || 1;
      for (let i = 1; i <= steps; i++) {
        stamp(from[0] + ((x - from[0]) * i) / steps, from[1] + ((y - from[1]) * i) / steps);
      }
      last = [x, y];
      changed();
    }

    canvas.addEventListener('pointerdown', (event) => {
      if (!active) return;
      canvas.setPointerCapture(event.pointerId);
      last = null;
      stroke(event);
    });
    canvas.addEventListener('pointermove', (event) => {
      if (!active || !canvas.hasPointerCapture(event.pointerId)) return;
      const parts = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
      for (const part of parts.length ? parts : [event]) stroke(part);
    });

    const pen = { x: side / 2, y: side / 2 };
    canvas.addEventListener('keydown', (event) => {
      const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!active || (!move && event.key !== ' ')) return;
      event.preventDefault();
      if (move) {
        pen.x = Math.max(1, Math.min(side - 1, pen.x + move[0]));
        pen.y = Math.max(1, Math.min(side - 1, pen.y + move[1]));
      }
      if (!move || event.shiftKey) { stamp(pen.x, pen.y); changed(); }
      ex.announce(canvas, 'pen', { ...pen });
    });

    return {
      pixels,
      clear() { pixels.fill(0); changed(); },
      get empty() { return !pixels.some(Boolean); },
      // A finger draws only while the pad is active; otherwise it scrolls the page.
      set active(on) { active = on; canvas.classList.toggle('pad', on); },
    };
  };
})(window.explorer);
