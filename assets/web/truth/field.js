'use strict';
// The field: density, score and probability flow of a world at any noise level.
(function (ex) {
  const MODES = [['score', 'score'], ['flow', 'probability flow'], ['none', 'no arrows']];
  const MEANING = {
    score: 'The score points to where the density rises fastest. Where little noise is left it is a strong pull: its length grows like 1/σ.',
    flow: 'The flow is where the ODE moves a state as noise is taken away. DDIM, Euler, Heun and DPM++ 2M follow it. DDPM and Euler ancestral go other ways, but at every noise level their states have the same density.',
    none: 'Only the density and the points. From pure noise at the left end of the slider to the data at its right end.',
  };
  const FORMULA = {
    score: '∇ log p(x_t) = (α x̂₀ − x_t) / σ²', flow: '−v̂ = σ x̂₀ − α ε̂', none: 'x_t = α x₀ + σ ε',
  };

  ex.truthField = function (element, props, watch) {
    let got = null, mode = 'score', plane = null;
    const root = ex.truth(element, props, watch, { load: (value) => setTimeout(() => load(value)), draw: () => draw(transport.position) });
    const find = (selector) => root.querySelector(selector);
    const name = (k) => `σ = ${got.levels[k][1].toFixed(3)}`;
    const transport = ex.transport(find('.controls'), { name: 'Noise level', key: 'step.field', label: (k) => (got ? name(k) : ''), onmove: (k) => draw(k) });
    ex.chips(find('.modes'), { name: 'field-mode', label: 'Arrows', options: MODES, value: mode, onpick: (key) => { mode = key; draw(transport.position); } });
    root.addEventListener('keydown', transport.key);

    function load(value) {
      got = { ...value, shade: ex.shade(value.density), score: ex.unpacked(value.score).values, flow: ex.unpacked(value.flow).values,
        cells: ex.unpacked(value.cells).values, x0: ex.unpacked(value.x0).values, eps: ex.unpacked(value.eps).values };
      if (!plane) {
        plane = ex.plane({ half: value.half, label: 'The plane' });
        find('.stage-plane').append(plane.canvas);
        transport.set(value.levels.length, Math.round(value.levels.length * 0.55), 5);
      } else draw(transport.position);
    }

    function draw(k) {
      if (!got || !plane) return;
      const [alpha, sigma] = got.levels[k], { size } = got.shade;
      plane.begin();
      plane.density(got.shade, k * size * size);
      const xt = got.x0.map((v, i) => alpha * v + sigma * got.eps[i]);
      plane.dots(xt, { ink: 'noise', radius: 3.5, alpha: 0.7 });
      if (mode !== 'none') plane.arrows(got.cells, got[mode], { from: (k * got.cells.length) / 2, ink: 'prediction', reach: 0.24 });
      plane.describe(`${props.value.title} at ${name(k)}, ${mode === 'none' ? 'without arrows' : mode}`);
      find('.formula').replaceChildren(...FORMULA[mode].split(' ').flatMap((word) => [ex.symbol(word), ' ']));
      find('.meaning').textContent = MEANING[mode];
    }
  };
})(window.explorer);
