'use strict';
// A pad for points of the plane: strokes, thinned to as many points as the server takes.
(function (ex) {
  const HALF = 1, APART = 0.045, MOST = 120;

  ex.truthPad = function (element, props, watch, onuse) {
    const root = element.querySelector('.truth-pad'), find = (selector) => root.querySelector(selector);
    const plane = ex.plane({ half: HALF, label: 'Your drawing' });
    let points = [], pen = [0, 0];
    plane.canvas.tabIndex = 0;
    plane.canvas.setAttribute('data-keys', '');
    find('.stage-plane').append(plane.canvas);

    // No two points closer than APART, wider if there would be too many.
    function thinned() {
      for (let apart = APART; ; apart *= 1.15) {
        const kept = [];
        for (const p of points) if (kept.every((q) => Math.hypot(p[0] - q[0], p[1] - q[1]) >= apart)) kept.push(p);
        if (kept.length <= MOST) return kept;
      }
    }

    const draw = ex.oncePerFrame(() => {
      plane.begin();
      plane.dots(points.flat(), { ink: 'signal', radius: 9, alpha: 0.6 });
      plane.dots(pen, { ink: 'noise', radius: 5 });
      plane.describe(`${thinned().length} points`);
    });

    function add([x, y]) {
      const inside = (v) => Math.max(-1, Math.min(1, Math.round(v * 1000) / 1000));
      const p = [inside(x), inside(y)], last = points.at(-1);
      if (last && Math.hypot(p[0] - last[0], p[1] - last[1]) < APART / 2) return;
      points.push(p);
      pen = p;
      draw();
    }

    plane.canvas.addEventListener('pointerdown', (event) => { plane.canvas.setPointerCapture(event.pointerId); add(plane.at(event)); });
    plane.canvas.addEventListener('pointermove', (event) => { if (plane.canvas.hasPointerCapture(event.pointerId)) add(plane.at(event)); });
    plane.canvas.addEventListener('pointerup', () => use());
    plane.canvas.addEventListener('keydown', (event) => {
      const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!move && event.key !== ' ') return;
      event.preventDefault();
      if (move) { pen = pen.map((v, i) => Math.max(-1, Math.min(1, v + 0.05 * move[i]))); draw(); } else add(pen);
    });

    // What is on the pad is its value at once: whoever asks next is answered for this drawing.
    function keep(kept) {
      props.value = { ...props.value, points: kept.length ? JSON.stringify(kept) : '' };
    }

    function use() {
      const kept = thinned();
      find('.state').textContent = kept.length ? `${kept.length} Gaussians.` : 'Nothing is drawn yet.';
      keep(kept);
      if (kept.length && onuse) onuse();
    }
    find('.use').onclick = use;
    find('.clear').onclick = () => { points = []; find('.state').textContent = ''; keep(points); draw(); };

    function show() {
      root.hidden = !props.value.shown;
      if (!points.length && props.value.points) {
        points = JSON.parse(props.value.points);
        pen = points.at(-1);
      }
      draw();
    }
    watch('value', show);
    show();
  };
})(window.explorer);
