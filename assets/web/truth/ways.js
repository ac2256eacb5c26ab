'use strict';
// One state, the one way of the ODE and many of the SDE; press on the plane for another start,
// or move there with the arrows and press Enter.
(function (ex) {
  ex.truthWays = function (element, props, watch, onstart) {
    let got = null, plane = null, aim = null; // where the arrows point, while they do
    let sent = null, wanted = null; // starts: the last one asked for; a link's
    const near = (a, b) => a && b && Math.hypot(a[0] - b[0], a[1] - b[1]) < 0.002;
    const root = ex.truth(element, props, watch, { load: (value) => setTimeout(() => load(value)), draw: () => draw(transport.position) });
    const find = (selector) => root.querySelector(selector);
    const transport = ex.transport(find('.controls'), { name: 'Step', key: 'step.ways', label: (k) => (got ? `σ = ${got.sigma[k].toFixed(3)}` : ''), onmove: (k) => draw(k) });
    root.addEventListener('keydown', transport.key);
    ex.state.register('truth.start', { set(text) { wanted = ex.state.pair(text); },
      get: () => (!got ? undefined : near(got.start, sent) ? sent.map((v) => v.toFixed(3)).join() : null) });

    function load(value) {
      const first = !got;
      got = { ...value, shade: ex.shade(value.density), one: ex.unpacked(value.ode), many: ex.unpacked(value.sde) };
      if (!plane) {
        plane = ex.plane({ half: value.half, label: 'The plane' });
        plane.canvas.style.cursor = 'crosshair';
        plane.canvas.addEventListener('click', (event) => start(plane.at(event)));
        plane.canvas.dataset.share = 'truth.start';
        plane.canvas.tabIndex = 0;
        plane.canvas.dataset.keys = 'own';
        plane.canvas.addEventListener('keydown', keys);
        find('.stage-plane').append(plane.canvas);
      }
      find('.from').textContent = `(${value.start.map((v) => ex.show(v, 2)).join(', ')})`;
      transport.set(value.sigma.length, first ? value.sigma.length - 1 : transport.position, 5, value.sigma.length - 1);
      if (wanted) start(wanted);
      wanted = null;
      ex.state.changed();
    }

    function start(from) {
      aim = null;
      sent = from;
      onstart({ start: from });
    }

    function keys(event) {
      const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (move) {
        const within = (v) => Math.max(-got.half, Math.min(got.half, v));
        aim = (aim || got.start).map((v, axis) => within(v + 0.05 * got.half * move[axis]));
        draw(transport.position);
      } else if (aim && (event.key === 'Enter' || event.key === ' ')) start(aim);
      else return;
      event.preventDefault();
    }

    function draw(k) {
      if (!got || !plane) return;
      const { one, many, shade } = got, count = many.shape[1], last = 2 * k * count;
      plane.begin();
      plane.density(shade, 0, 'signal', 0.4);
      for (let i = 0; i < count; i++) plane.path(many.values, { from: 2 * i, stride: 2 * count, count: k + 1, ink: 'sampler-ddpm', width: 1.25, alpha: 0.4 });
      plane.dots(many.values, { from: k * count, count, ink: 'sampler-ddpm', radius: 6 });
      plane.path(one.values, { count: k + 1, ink: 'sampler-ddim', width: 5 });
      plane.dots(one.values, { from: k, count: 1, ink: 'sampler-ddim', radius: 9 });
      plane.dots(one.values, { from: 0, count: 1, ink: 'body-text-color', radius: 7 });
      const spread = (axis) => { // standard deviation of the SDE's states
        const values = Array.from({ length: count }, (_, i) => many.values[last + 2 * i + axis]), mean = values.reduce((a, b) => a + b) / count;
        return Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / count);
      };
      find('.ends').textContent = `At σ = ${got.sigma[k].toFixed(3)} the 24 lie ${ex.show(Math.hypot(spread(0), spread(1)), 2)} apart (root mean square from their mean).`;
      if (aim) plane.dots(aim, { ink: 'noise', radius: 9 });
      plane.describe(`paths from one start, down to σ = ${got.sigma[k].toFixed(3)}`
        + (aim ? `; Enter starts at (${aim.map((v) => v.toFixed(2)).join(', ')})` : ''));
    }
  };
})(window.explorer);
