'use strict';
// Mean and variance of 1,000 chains on one pixel against t, with the exact curves.
(function (ex) {
  const W = 320, H = 200, LEFT = 34, RIGHT = 8, TOP = 8, BOTTOM = 22, STEP = 4;

  function axes(root, x, y, ticks, T) {
    for (const tick of ticks) {
      root.append(ex.svg('line', { class: 'grid', x1: LEFT, x2: W - RIGHT, y1: y(tick), y2: y(tick) }),
        ex.svg('text', { x: LEFT - 5, y: y(tick) + 4, 'text-anchor': 'end' }, String(tick).replace('-', '−')));
    }
    for (const tick of [0, T / 2, T]) {
      root.append(ex.svg('text', { x: x(tick), y: H - 6, 'text-anchor': 'middle' }, (tick ? '' : 't = ') + tick));
    }
  }

  function plot(host, title, [low, high], ticks, T = 1000) {
    const x = (t) => LEFT + ((W - LEFT - RIGHT) * t) / T;
    const y = (v) => TOP + ((H - TOP - BOTTOM) * (high - Math.max(low, Math.min(high, v)))) / (high - low);
    const root = ex.svg('svg', { viewBox: `0 0 ${W} ${H}`, class: 'chart', role: 'img', 'aria-label': title });
    const lines = ex.svg('g', {}), rule = ex.svg('line', { class: 'cursor', y1: TOP, y2: H - BOTTOM });
    axes(root, x, y, ticks, T);
    root.append(lines, rule);
    host.append(root);
    const path = (value) => {
      let d = '';
      for (let t = 0; t <= T; t += STEP) d += `${d ? 'L' : 'M'}${x(t).toFixed(1)} ${y(value(t)).toFixed(1)}`;
      return d;
    };
    const seek = (event) => {
      if (event.type === 'pointermove' && !event.buttons && event.pointerType !== 'mouse') return;
      const box = root.getBoundingClientRect(), at = ((event.clientX - box.left) / box.width) * W;
      const t = Math.max(0, Math.min(T, Math.round(((at - LEFT) / (W - LEFT - RIGHT)) * T)));
      ex.announce(document, 'seek', { player: 'forward', position: t });
    };
    root.addEventListener('pointerdown', seek);
    const drawn = {};
    const line = (name, value) => {
      drawn[name] = value;
      return ex.svg('path', { class: name, d: path(value) });
    };
    ex.numbers(root, () => {
      const named = Object.entries(drawn).filter(([name]) => name !== 'fan').map(([name, value]) => [name.split(' ')[0], value]);
      return [{ name: title, columns: ['t', ...named.map(([name]) => name)],
        rows: Array.from({ length: T + 1 }, (_, t) => [t, ...named.map(([, value]) => value(t))]) }];
    });
    return {
      draw: (...made) => lines.replaceChildren(...made), line,
      cursor(t) { rule.setAttribute('x1', x(t)); rule.setAttribute('x2', x(t)); },
    };
  }

  ex.chainPlots = function (meanHost, varianceHost) {
    const mean = plot(meanHost, 'Mean of 1,000 chains on one pixel, and the exact curve', [-3, 3], [-2, -1, 0, 1, 2]);
    const variance = plot(varianceHost, 'Variance of 1,000 chains on one pixel, and the exact curve', [0, 1.2], [0, 0.25, 0.5, 0.75, 1]);
    function draw({ alpha, sigma }, people, v) {
      mean.draw(...people.drawn.map((one) => mean.line('fan', (t) => alpha[t] * v + one[t])),
        mean.line('exact signal', (t) => alpha[t] * v),
        mean.line('measured', (t) => alpha[t] * v + people.mean[t]));
      variance.draw(variance.line('exact noise', (t) => sigma[t] ** 2), variance.line('measured', (t) => people.variance[t]));
    }
    function cursor(t) { mean.cursor(t); variance.cursor(t); }
    return { draw, cursor };
  };
})(window.explorer);
