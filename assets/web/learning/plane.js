'use strict';
// Training in the plane: samples and fields of a network as it learns, its curves, and its use.
(function (ex) {
  const RESTS = ['paused', 'over'], GOES = ['training', 'waiting'];
  const ENABLED = {
    train: () => true, pause: (s) => s === 'training', step: (s) => !GOES.includes(s),
    resume: (s) => RESTS.includes(s), stop: (s) => GOES.includes(s) || RESTS.includes(s),
  };
  const many = (n) => n.toLocaleString('en');
  const SAID = {
    opening: ({ step }) => `A run of ${many(step)} steps, made when the app started. Press Train for one of your own.`,
    waiting: ({ before }) => `Four train at a time: ${before === 1 ? 'one run has' : `${before} runs have`} to end before yours begins.`,
    training: ({ step, steps, speed }) => `Step ${many(step)} of ${many(steps)}${speed ? `, ${many(speed)} steps/s` : ''}`,
    paused: ({ step, steps }) => `Paused at step ${many(step)} of ${many(steps)}.`,
    over: ({ step, steps }) => `Step ${many(step)} of ${many(steps)}: two minutes are over, and the place is free for others. Resume goes on.`,
    stopped: ({ step }) => (step === undefined ? 'Stopped before it began.' : `Stopped at step ${many(step)}.`),
    done: ({ step, last }) => `Done: ${many(step)} steps${last ? `, the last at ${many(last)} a second` : ''}.`,
  };

  ex.planeTraining = function (element, props, watch, events, fire) {
    let got = null, seen = null, planes = null, plots = null, budget = 3, latest = 0, last = 0, state = '';
    const root = ex.truth(element, props, watch, { load: (value) => setTimeout(() => load(value)), draw: () => draw() });
    const find = (selector) => root.querySelector(selector), buttons = [...root.querySelectorAll('[data-do]')];
    const name = (k) => (got ? `σ = ${got.exact.levels[k][1].toFixed(3)}` : '');
    const transport = ex.transport(find('.controls'), { name: 'Noise level', key: 'train.level', label: name, onmove: () => draw() });
    find('.body').addEventListener('keydown', transport.key);
    for (const button of buttons) button.onclick = () => press(button.dataset.do);

    function press(what) {
      if (['train', 'resume'].includes(what)) find('.said').textContent = 'Asked for a place …';
      fire(what);
    }

    function load(value) {
      if (value.run < latest) return; // of a run that another one has replaced
      latest = value.run;
      state = value.state;
      if (value.speed) last = value.speed;
      find('.said').textContent = SAID[state]({ ...value, last });
      for (const button of buttons) button.disabled = !ENABLED[button.dataset.do](state);
      if (!value.exact) return;
      find('progress').value = value.step / value.steps;
      take(value);
      curves();
      use();
      draw();
    }

    function start({ exact }) {
      planes = {};
      for (const [key, half, label] of [['samples', exact.near, 'Samples'], ['learnt', exact.half, 'What it learnt'], ['exact', exact.half, 'The exact field'], ['paths', exact.half, 'Paths']]) {
        planes[key] = ex.plane({ half, label });
        find('.' + key).append(planes[key].canvas);
      }
      const x = { label: 'step' }, size = ex.fitted(540, 260), nfe = { label: 'denoiser evaluations (NFE)', short: 'NFE', log: true, ticks: [1, 2, 4, 8, 16, 32] };
      plots = {
        loss: ex.plot(find('.loss'), { title: 'Loss', x, y: { label: 'loss', log: true }, ...size, onhover: (at) => plots.error.cursor(at) }),
        error: ex.plot(find('.error'), { title: 'Distance to the exact x̂₀', x, y: { label: 'distance', log: true }, ...size, onhover: (at) => plots.loss.cursor(at) }),
        use: ex.plot(find('.distance'), { title: 'Distance to the data', x: nfe, y: { label: 'distance', log: true }, ...ex.fitted(540, 380), onhover: () => {} }),
      };
      find('.loss').append(ex.legend([{ ink: 'prediction', label: 'loss, mean of a few steps' }, { ink: 'body-text-color-subdued', label: 'of the exact denoiser (dashed)' }]));
      find('.distance').append(ex.legend([{ ink: 'prediction', label: 'this network' }, { ink: 'body-text-color-subdued', label: 'exact denoiser' }, { ink: 'signal', label: 'data against data' }]));
      ex.chips(find('.budget'), { name: 'plane-budget', label: 'Steps', options: nfe.ticks.map((n, k) => [String(k), n === 1 ? '1 step' : String(n)]), value: String(budget),
        onpick: (key) => { budget = Number(key); draw(); } });
    }

    function take(value) {
      const values = (packet) => ex.unpacked(packet).values;
      const first = !planes;
      if (first) start(value);
      if (!seen || seen.of !== value.exact.flow.halves) {
        const { exact } = value;
        seen = { of: exact.flow.halves, shade: ex.shade(exact.density), data: ex.shade(exact.data), wide: ex.shade(exact.wide), cells: values(exact.cells), flow: values(exact.flow) };
      }
      got = { ...value, flow: values(value.flow), points: values(value.samples), paths: value.use && value.use.paths.map(ex.unpacked) };
      if (first) transport.set(value.exact.levels.length, 6, 4);
      else transport.seek(transport.position);
    }

    function curves() {
      const floor = [[0, got.floor], [got.step, got.floor]];
      plots.loss.draw([{ key: 'loss', label: 'loss', ink: 'prediction', points: got.loss }, { key: 'floor', label: 'exact denoiser', ink: '', points: floor }]);
      plots.error.draw([{ key: 'error', label: 'distance', ink: 'prediction', points: got.error }]);
      find('.rms').textContent = ex.show(got.error.at(-1)[1]);
      find('.loss-is').replaceChildren(...`${got.loss_is}, ${got.means}`.split(' ').flatMap((word) => [ex.symbol(word), ' ']));
      find('.sampling').textContent = got.sampling;
      find('.about').textContent = got.about;
      find('.parameters').textContent = `${many(got.parameters)} parameters.`;
    }

    function use() {
      find('.use').hidden = !got.use;
      if (!got.use) return;
      const { learnt, exact, floor, budgets } = got.use;
      find('.measured').textContent = got.use.measured;
      plots.use.draw([{ key: 'learnt', label: 'this network', ink: 'prediction', points: learnt, dots: true }, { key: 'denoiser', label: 'exact denoiser', ink: '', points: exact, dots: true },
        { key: 'floor', label: 'data against data', ink: 'signal', points: [[budgets[0], floor], [budgets.at(-1), floor]] }]);
    }

    const draw = ex.oncePerFrame(() => {
      if (!got || !planes) return;
      const k = transport.position, { size } = seen.shade, n = seen.cells.length, from = (k * n) / 2;
      let longest = 0;
      for (let i = 2 * from; i < 2 * from + n; i += 2) longest = Math.max(longest, Math.hypot(seen.flow[i], seen.flow[i + 1]));
      const { samples, learnt, exact, paths } = planes;
      samples.begin();
      samples.density(seen.data, 0, 'signal', 0.4);
      samples.dots(got.points, { ink: 'prediction', radius: 5 });
      samples.describe(`${got.points.length / 2} points at step ${got.step}`);
      for (const [plane, flow] of [[learnt, got.flow], [exact, null]]) {
        plane.begin();
        plane.density(seen.shade, k * size * size, 'signal', 0.4);
        plane.arrows(seen.cells, seen.flow, { from, ink: '', reach: 0.32, longest, width: flow ? 2 : 3 });
        if (flow) plane.arrows(seen.cells, flow, { from, ink: 'prediction', reach: 0.32, longest, width: 3 });
        plane.describe(`flow at ${name(k)}, step ${got.step}`);
      }
      if (got.paths) drawPaths(paths);
    });

    function drawPaths(plane) {
      const { shape: [records, count], values } = got.paths[budget], { budgets, learnt, exact, floor } = got.use;
      plane.begin();
      plane.density(seen.wide, 0, 'signal', 0.4);
      for (let i = 0; i < count; i++) plane.path(values, { from: 2 * i, stride: 2 * count, count: records, ink: 'prediction', width: 1.25, alpha: 0.4 });
      plane.dots(values, { from: 0, count, ink: 'noise', radius: 3, alpha: 0.5 });
      plane.dots(values, { from: (records - 1) * count, count, ink: 'prediction', radius: 4.5 });
      plane.describe(`${count} points from noise to samples in ${budgets[budget]} steps`);
      const far = (line) => ex.show(line[budget][1], 2), n = budgets[budget];
      find('.use .verdict').textContent = `In ${n} step${n === 1 ? '' : 's'} this network ends ${far(learnt)} from the data, the exact denoiser ${far(exact)}; two sets of data are ${ex.show(floor, 2)} apart.`;
    }

    setTimeout(() => fire('open'));
  };
})(window.explorer);
