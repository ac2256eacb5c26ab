'use strict';
// Solver error and model error, apart: the same race with the exact denoiser and with a network.
(function (ex) {
  ex.truthSolver = function (element, props, watch) {
    let got = null, plot = null, plane = null, chosen = 'heun', made = null;
    const root = ex.truth(element, props, watch, { load: (value) => setTimeout(() => load(value)), draw: () => draw() });
    const find = (selector) => root.querySelector(selector);

    function start(value) {
      plot = ex.plot(find('.apart'), { title: 'Errors against NFE', x: { label: 'denoiser evaluations (NFE)', short: 'NFE', log: true, ticks: [4, 8, 16, 32, 64, 128, 256] },
        y: { label: 'median error', log: true }, ...ex.fitted(540, 380) });
      plane = ex.plane({ half: value.half, label: 'The plane' });
      find('.stage-plane').append(plane.canvas);
      ex.chips(find('.choice'), { name: 'solver-of', label: 'Sampler', options: value.samplers.map(({ key, label }) => [key, label]), value: chosen,
        onpick: (key) => { chosen = key; draw(); } });
    }

    function load(value) {
      got = value;
      made = { shade: ex.shade(value.density), answer: ex.unpacked(value.answer), believed: ex.unpacked(value.believed) };
      if (!plot) start(value);
      find('.parameters').textContent = `The network: ${value.parameters.toLocaleString('en')} parameters, trained on points of this world alone.`;
      draw();
    }

    function draw() {
      if (!got) return;
      const { label, exact, solver, total } = got.samplers.find(({ key }) => key === chosen);
      const ends = [total[0][0], total.at(-1)[0]];
      const lines = [
        { key: 'exact', label: 'solver error, exact denoiser', ink: 'signal', points: exact, dots: true },
        { key: 'solver', label: 'solver error, network', ink: 'prediction', points: solver, dots: true },
        { key: 'model', label: 'model error', ink: 'noise', points: ends.map((n) => [n, got.model]) },
        { key: 'total', label: 'in all', ink: '', points: total, dots: true, wide: true },
      ];
      plot.draw(lines);
      for (const key of root.querySelectorAll('.key')) key.remove();
      find('.apart').append(ex.legend(lines.slice(0, 3).map(({ ink, label: text }) => ({ ink, label: text }))));
      find('.apart .key').append(ex.element('span', {}, 'broad grey: in all'));
      const enough = solver.find(([, error]) => error < got.model);
      find('.verdict').textContent = `${label} with this network: the model error is ${ex.show(got.model, 2)}. ` + (enough
        ? `From ${enough[0]} evaluations on the solver’s own error is smaller, and more steps change the result but do not bring it nearer.`
        : 'Even with the most steps here the solver’s error is larger.');
      const { answer, believed, shade } = made, n = answer.shape[0];
      plane.begin();
      plane.density(shade, 0, 'signal', 0.4);
      for (let i = 0; i < n; i++) {
        plane.path([answer.values[2 * i], answer.values[2 * i + 1], believed.values[2 * i], believed.values[2 * i + 1]], { count: 2, ink: 'noise', width: 2.5 });
      }
      plane.dots(answer.values, { ink: 'signal', radius: 3.5 });
      plane.dots(believed.values, { ink: 'prediction', radius: 3.5 });
      plane.describe(`${n} exact ends and where the network leads, median distance ${ex.show(got.model, 2)}`);
    }
  };
})(window.explorer);
