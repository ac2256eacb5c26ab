'use strict';
// Six samplers move the same points with the exact denoiser, locked to NFE.
(function (ex) {
  ex.truthParticles = function (element, props, watch) {
    let got = null, panels = [];
    const root = ex.truth(element, props, watch, { load: (value) => setTimeout(() => load(value)), draw: () => draw(transport.position) });
    const find = (selector) => root.querySelector(selector);
    const transport = ex.transport(find('.controls'), { name: 'Evaluations spent', key: 'step.particles', label: (k) => `NFE ${k + 1}`,
      onmove: (position, playing) => {
        draw(position);
        ex.announce(element, 'position', { player: 'particles', position, label: `NFE ${position + 1}`, count: transport.count, playing });
      } });
    root.addEventListener('keydown', transport.key);

    function panel(run) {
      const plane = ex.plane({ half: got.half, label: run.label }), where = ex.element('span', { class: 'where' });
      const figure = ex.element('figure', { class: 'screen', 'data-sampler': run.key },
        ex.element('h2', {}, ex.swatch('sampler-' + run.key), run.label), plane.canvas,
        ex.element('figcaption', {}, where, ex.element('span', {}, 'distance at the end ', ex.element('b', {}, ex.show(run.distance, 2)))));
      return { ...run, plane, where, figure, x: ex.unpacked(run.states) };
    }

    function load(value) {
      const before = got;
      got = { ...value, shade: ex.shade(value.density) };
      panels = value.runs.map(panel);
      find('.particle-rows').replaceChildren(...panels.map((p) => p.figure));
      find('.floor').textContent = ex.show(value.floor, 2);
      const same = before && before.budget === value.budget;
      transport.set(value.budget, same ? transport.position : Math.round(value.budget * 0.6) - 1, Math.max(3, value.budget / 8), Math.round(value.budget * 0.6) - 1);
    }

    function draw(position) {
      if (!got) return;
      for (const { key, plane, where, x, nfe, sigma } of panels) {
        const [records, count] = x.shape, k = Math.max(0, nfe.filter((n) => n <= position + 1).length - 1);
        plane.begin();
        plane.density(got.shade, 0, 'signal', 0.4);
        if (k) for (let i = 0; i < count; i++) plane.path(x.values, { from: ((k - 1) * count + i) * 2, stride: 2 * count, count: 2, ink: 'sampler-' + key, width: 1.5, alpha: 0.35 });
        plane.dots(x.values, { from: k * count, count, ink: 'sampler-' + key, radius: 4.5 });
        const text = k === records - 1 ? `done, ${records - 1} steps` : `step ${k + 1} of ${records - 1}, σ = ${sigma[k].toFixed(3)}`;
        where.textContent = text;
        plane.describe(text);
      }
    }
  };
})(window.explorer);
