'use strict';
// The Markov chain itself, a thousand small steps, beside the one jump of the closed form; and
// 1,000 chains on one pixel, whose mean and variance are held against the exact curves.
(function (ex) {
  const SIDE = 32; // pictures larger than this are averaged down to it: a chain keeps 1,001 of them
  const CHAINS = 1000, DRAWN = 24; // chains on one pixel, and how many of them are drawn
  const STREAM = 5000; // of the noise behind the 1,000 chains; streams 1 ... T belong to the picture
  const SLICE = 12; // ms of work a screen frame

  // q(x_t | x_{t-1}) = N(scale x_{t-1}, beta): explorer.forward.transition, DDPM eq. 2.
  function transition({ alpha, sigma }, t) {
    const scale = alpha[t] / alpha[t - 1];
    return { scale, beta: Math.max(0, sigma[t] ** 2 - scale ** 2 * sigma[t - 1] ** 2) };
  }

  // All states of one chain, grown a slice at a time: states (T + 1, n), filled up to `done`.
  function walk(x0, table, seed) {
    const T = table.alpha.length - 1, n = x0.length, eps = new Float32Array(n);
    const states = new Float32Array((T + 1) * n);
    states.set(x0);
    const chain = { states, n, T, done: 0, grow };
    function grow() {
      const end = performance.now() + SLICE;
      while (chain.done < T && performance.now() < end) {
        const t = chain.done + 1, { scale, beta } = transition(table, t), root = Math.sqrt(beta);
        ex.fillNormal(eps, seed, t);
        for (let i = 0, from = (t - 1) * n, to = t * n; i < n; i++) states[to + i] = scale * states[from + i] + root * eps[i];
        chain.done = t;
      }
      return chain.done === T;
    }
    return chain;
  }

  // The noise that 1,000 chains gather, whatever they start from: its mean and variance at each t
  // (sample variance, divisor 999), and the first of the chains.
  function crowd(table, seed) {
    const T = table.alpha.length - 1, now = new Float64Array(CHAINS), eps = new Float32Array(CHAINS);
    const mean = new Float64Array(T + 1), variance = new Float64Array(T + 1);
    const drawn = Array.from({ length: DRAWN }, () => new Float32Array(T + 1));
    for (let t = 1; t <= T; t++) {
      const { scale, beta } = transition(table, t), root = Math.sqrt(beta);
      ex.fillNormal(eps, seed, STREAM + t);
      let sum = 0, squares = 0;
      for (let k = 0; k < CHAINS; k++) { now[k] = scale * now[k] + root * eps[k]; sum += now[k]; }
      mean[t] = sum / CHAINS;
      for (let k = 0; k < CHAINS; k++) squares += (now[k] - mean[t]) ** 2;
      variance[t] = squares / (CHAINS - 1);
      for (let k = 0; k < DRAWN; k++) drawn[k][t] = now[k];
    }
    return { mean, variance, drawn };
  }

  const three = (x) => x.toFixed(3).replace('-', '−');

  ex.chain = function (element) {
    const root = element.querySelector('.chain-chapter'), find = (selector) => root.querySelector(selector);
    const { state, level, screen, averaged } = ex.lab, screens = {};
    for (const part of ['walked', 'jumped', 'summed']) screens[part] = screen(find(`[data-part=${part}]`));
    const plots = ex.chainPlots(find('.mean-plot'), find('.variance-plot'));
    let chain = null, people = null, x0 = null, eps = null, pixel = null, made = '', mark = null, place = null; // place: chosen by a person or a link

    function small() { // the picture and its noise, averaged down; averaging k x k shrinks noise k-fold
      const factor = state.size > SIDE ? state.size / SIDE : 1, side = state.size / factor;
      x0 = factor === 1 ? state.x0 : averaged(state.x0, state.size, state.channels, factor);
      eps = factor === 1 ? state.eps : averaged(state.eps, state.size, state.channels, factor).map((v) => v * factor);
      find('.smaller').hidden = factor === 1;
      return side;
    }

    function picture() {
      const side = small();
      for (const s of Object.values(screens)) s.fit(side, state.channels);
      if (screens.walked.canvas !== mark) { // a new canvas: make it choose pixels
        mark = screens.walked.canvas;
        const put = (x, y) => { pixel = { x, y, i: (y * side + x) * state.channels }; };
        const pick = ex.pickable(mark, (x, y) => { place = [x, y]; put(x, y); lines(); draw(); });
        mark.dataset.share = 'forward.pixel';
        const centre = Math.floor(side / 2), [x, y] = place && Math.max(...place) < side ? place : [centre, centre];
        put(x, y);
        pick.show(x, y);
      }
      made = '';
    }

    function lines() {
      const table = ex.schedules[state.schedule], v = x0[pixel.i];
      plots.draw(table, people, v);
    }

    // The chain and the crowd belong to one picture, schedule and seed.
    function refill() {
      const key = [state.schedule, state.seed].join();
      if (made.startsWith('!' + key)) return;
      const table = ex.schedules[state.schedule];
      chain = walk(x0, table, state.seed);
      people = crowd(table, state.seed);
      made = '!' + key;
      lines();
    }

    function draw() {
      refill();
      const { t } = state, { alpha, sigma } = level(), whole = chain.grow() || chain.done >= t;
      find('.walking').hidden = whole;
      if (!whole) { find('.walking').textContent = `walking: step ${chain.done} of ${chain.T}`; requestAnimationFrame(draw); }
      const shown = Math.min(t, chain.done), from = shown * chain.n, { states } = chain;
      screens.walked.show((i) => states[from + i], `${state.alt} after ${shown} small steps`);
      screens.jumped.show((i) => alpha * x0[i] + sigma * eps[i], `${state.alt} after one jump to t = ${t}`);
      // the one noise that the chain's many have become; without noise there is none
      const own = (i) => (sigma ? (states[from + i] - alpha * x0[i]) / sigma : 0);
      let worst = 0;
      screens.summed.show((i) => {
        const x = alpha * x0[i] + sigma * own(i);
        worst = Math.max(worst, Math.abs(x - states[from + i]));
        return x;
      }, `${state.alt} after one jump to t = ${t} with the chain’s own summed noise`);
      find('.worst').textContent = whole ? ex.show(worst, 1) : '…';
      numbers(t, alpha, sigma);
      plots.cursor(t);
    }

    function numbers(t, alpha, sigma) {
      const v = x0[pixel.i];
      find('.n-mean').textContent = three(alpha * v + people.mean[t]);
      find('.e-mean').textContent = `${three(alpha * v)} ± ${three(sigma / Math.sqrt(CHAINS))}`;
      find('.n-variance').textContent = three(people.variance[t]);
      find('.e-variance').textContent = `${three(sigma ** 2)} ± ${three(sigma ** 2 * Math.sqrt(2 / (CHAINS - 1)))}`;
      if (t === 0) return find('.sum').replaceChildren('at t = 0 nothing has happened yet');
      const { beta } = transition(ex.schedules[state.schedule], t), before = level(t - 1).sigma ** 2;
      find('.sum').textContent = `${ex.four(beta)} + (1 − ${ex.four(beta)}) · ${ex.four(before)} = ${ex.four(sigma ** 2)}`;
    }

    ex.state.register('forward.pixel', { get: () => place && place.join(), set(text) { place = ex.state.pair(text); } });
    ex.made.set(element, () => ex.madeForward('chain'));
    ex.lab.add({ element: root, picture, draw });
  };
})(window.explorer);
