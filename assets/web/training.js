'use strict';
// What training sees: the density over log-SNR of a uniform t under each schedule, and the measured
// loss of the model at each log-SNR, over one axis; a digit noised at some of its levels between.
(function (ex) {
  const LOW = -15, HIGH = 15, WIDTH = 1, FINE = 20; // bins of log-SNR; places looked at in each step of t
  const SIDE = 28, STOPS = 13;
  const LOSSES = { v: 'v̂', x0: 'x̂₀', eps: 'ε̂' };

  // Shares of a uniform t in (0, T] by log-SNR, per unit of it, and what lies off the axis.
  ex.density = function ({ alpha, sigma }) {
    const bins = new Float64Array((HIGH - LOW) / WIDTH), T = alpha.length - 1;
    let below = 0, above = 0;
    for (let k = 1; k <= T * FINE; k++) {
      const t = k / FINE, i = Math.min(Math.floor(t), T - 1), f = t - i;
      const a = (1 - f) * alpha[i] ** 2 + f * alpha[i + 1] ** 2, s = (1 - f) * sigma[i] ** 2 + f * sigma[i + 1] ** 2;
      const bin = Math.floor((Math.log(a) - Math.log(s) - LOW) / WIDTH);
      if (bin < 0) below++;
      else if (bin >= bins.length) above++;
      else bins[bin]++;
    }
    const all = T * FINE;
    return { bins: bins.map((n) => n / all / WIDTH), below: below / all, above: above / all };
  };

  // The loss of x̂₀ or ε̂ that a loss of v means, of the same call: explorer/losses.py
  ex.lossAs = function (of, v, logSnr) {
    const share = 1 / (1 + Math.exp(-logSnr)); // alpha²
    return of === 'v' ? v : of === 'x0' ? (1 - share) * v : share * v;
  };

  // A uniform angle: alpha = cos, sigma = sin, so log-SNR has the density sech(x/2) / (2 pi).
  const ofAngle = (x) => 1 / (2 * Math.PI * Math.cosh(x / 2));

  ex.trainingView = function (element, props) {
    const root = element.querySelector('.training-view'), find = (selector) => root.querySelector(selector);
    const { names, losses, model } = props, range = [LOW, HIGH], x = { label: 'log-SNR', range };
    const centres = Array.from({ length: (HIGH - LOW) / WIDTH }, (_, k) => LOW + (k + 0.5) * WIDTH);
    let density = null, loss = null, of = 'v';

    density = ex.plot(find('.density'), { title: 'Density of log-SNR in training', x, y: { label: 'density', range: [0, 0.26] },
      width: 540, height: 240, onhover: (at) => loss && loss.cursor(at) });
    const made = Object.fromEntries(Object.keys(names).map((name) => [name, ex.density(ex.schedules[name])]));
    density.draw([
      { key: 'angle', label: 'uniform angle', ink: '', points: centres.map((c) => [c, ofAngle(c)]), wide: true },
      ...Object.entries(names).map(([name, label]) => ({ key: name, label, ink: 'schedule-' + name,
        points: centres.map((c, k) => [c, made[name].bins[k]]) })),
    ]);
    find('.density').append(ex.legend(Object.entries(names).map(([name, label]) => ({ ink: 'schedule-' + name, label }))));
    const percent = (v) => (100 * v).toFixed(1) + ' %';
    find('.outside').textContent = 'Off the axis: ' + Object.entries(names).filter(([name]) => made[name].below + made[name].above > 5e-4)
      .map(([name, label]) => `${label} ${percent(made[name].below + made[name].above)}`).join(', ') + ' of t. Broad grey line: the uniform angle of this model’s own training, close to what cosine visits.';

    const lossOf = (v, logSnr) => ex.lossAs(of, v, logSnr);

    function drawLoss() {
      const mean = ({ log_snr: at }) => lossOf(losses.variance * (1 + Math.exp(at)), at); // x0_hat the mean picture: v = var / sigma²
      loss.draw([
        { key: 'loss', label: model, ink: 'prediction', dots: true, points: losses.rows.map((row) => [row.log_snr, lossOf(row.v, row.log_snr)]) },
        { key: 'mean', label: 'always the mean digit', ink: 'noise', points: losses.rows.map((row) => [row.log_snr, mean(row)]) },
      ]);
      find('.loss-of').textContent = `mean squared error per pixel, ${losses.data}`;
    }

    ex.made.set(element, () => ({ name: 'training-levels', about: { model: losses ? model : '' }, code: ex.codeFor('training', {}) }));
    if (losses) {
      loss = ex.plot(find('.loss'), { title: 'Loss by log-SNR', x, y: { label: 'loss', log: true }, width: 540, height: 240,
        onhover: (at) => density.cursor(Math.floor(at) + 0.5) });
      for (const [key, symbol] of Object.entries(LOSSES)) {
        const input = ex.element('input', { type: 'radio', name: 'loss-of', value: key, onchange: () => { of = key; drawLoss(); } });
        input.checked = key === of;
        find('.loss-choice').append(ex.element('label', { class: 'chip' }, input, symbol));
      }
      drawLoss();
      find('.loss').append(ex.legend([{ ink: 'prediction', label: model }, { ink: 'noise', label: 'always the mean digit' }]));
    } else {
      find('.loss').append(ex.element('p', { class: 'quiet' }, 'The loss of this model has not been measured: ' +
        `“explorer evaluate ${model} --losses” does it, and this place then shows it.`));
    }

    const x0 = Float32Array.from(ex.bytes(props.picture), (v) => v / 127.5 - 1), eps = ex.normal(0, SIDE * SIDE);
    for (let k = 0; k < STOPS; k++) {
      const at = LOW + ((HIGH - LOW) * k) / (STOPS - 1), share = 1 / (1 + Math.exp(-at));
      const picture = ex.picture(SIDE, SIDE), alpha = Math.sqrt(share), sigma = Math.sqrt(1 - share);
      picture.show(Uint8ClampedArray.from(x0, (v, i) => ((alpha * v + sigma * eps[i]) / 1.5 + 1) * 127.5));
      picture.canvas.setAttribute('aria-label', `A digit at log-SNR ${at}`);
      find('.training-strip').append(ex.element('figure', {}, picture.canvas, ex.element('figcaption', {}, String(at).replace('-', '−'))));
    }
  };
})(window.explorer);
