'use strict';
// The same picture at four sizes under noise, and each averaged down to 32 px: at the same SNR the
// larger ones keep more; with Hoogeboom's shift all four say the same.
(function (ex) {
  const SIZES = [32, 64, 128, 256], SMALL = 32, FULL = 256, CHANNELS = 3;
  const DEFAULT = 'landscape'; // for a picture that has no more pixels than are shown

  // Pictures and noises of all sizes from one of 256 px. The mean of k x k independent normals has
  // a k-th of their deviation, so k times the mean is standard normal again.
  function pyramid(x0, seed) {
    const eps = ex.normal(seed, FULL * FULL * CHANNELS);
    return SIZES.map((size) => {
      const k = FULL / size, averaged = (v) => ex.lab.averaged(v, FULL, CHANNELS, k);
      return { size, x0: k === 1 ? x0 : averaged(x0), eps: k === 1 ? eps : averaged(eps).map((v) => v * k),
        xt: new Float32Array(size * size * CHANNELS), small: new Float32Array(SMALL * SMALL * CHANNELS) };
    });
  }

  // Variance preserving, with the log-SNR lowered by 2 ln(size / 32): simple diffusion, eq. 4.
  function shifted({ alpha, sigma }, size) {
    const noise = sigma * (size / SMALL), norm = Math.hypot(alpha, noise);
    return { alpha: alpha / norm, sigma: noise / norm };
  }

  // x averaged into `out` over factor x factor blocks, without making anything.
  function average(x, size, out) {
    const factor = size / SMALL, weight = 1 / factor ** 2;
    out.fill(0);
    for (let y = 0, from = 0; y < size; y++) {
      const row = Math.floor(y / factor) * SMALL;
      for (let c = 0; c < size; c++) {
        const to = (row + Math.floor(c / factor)) * CHANNELS;
        out[to] += x[from++] * weight; out[to + 1] += x[from++] * weight; out[to + 2] += x[from++] * weight;
      }
    }
  }

  // Read off the pixels: SNR in dB of an averaged picture whose signal part is alpha * clean.
  function measured(small, clean, alpha) {
    let signal = 0, noise = 0, mean = 0;
    for (let i = 0; i < clean.length; i++) mean += (alpha * clean[i]) / clean.length;
    for (let i = 0; i < clean.length; i++) {
      signal += (alpha * clean[i] - mean) ** 2;
      noise += (small[i] - alpha * clean[i]) ** 2;
    }
    return 10 * Math.log10(signal / noise);
  }

  function column(size) {
    const whole = ex.picture(size, size, CHANNELS), small = ex.picture(SMALL, SMALL, CHANNELS);
    const level = ex.element('span', { class: 'level' }), snr = ex.element('b', { class: 'snr' });
    const root = ex.element('div', { class: 'resolution-column', 'data-size': size },
      ex.element('figure', { class: 'screen whole' }, whole.canvas,
        ex.element('figcaption', {}, ex.element('b', {}, `${size} px`), level)),
      ex.element('figure', { class: 'screen small' }, small.canvas,
        ex.element('figcaption', {}, ex.element('span', {}, 'SNR ', snr))));
    return { root, whole, small, level, snr,
      bytes: new Uint8ClampedArray(size * size * CHANNELS), few: new Uint8ClampedArray(SMALL * SMALL * CHANNELS) };
  }

  const decibels = (x) => (Number.isFinite(x) ? x.toFixed(1).replace('-', '−') : ex.show(x)) + ' dB';

  ex.resolution = function (element) {
    const root = element.querySelector('.resolution-chapter'), find = (selector) => root.querySelector(selector);
    const { state } = ex.lab, columns = SIZES.map(column);
    find('.columns').append(...columns.map((c) => c.root));
    let stack = null, mode = 'same', made = '', source = null;
    for (const input of root.querySelectorAll('[name=resolution-mode]')) input.onchange = () => { mode = input.value; draw(); };

    function picture() {
      const full = state.full || source;
      find('.borrowed').hidden = Boolean(state.full);
      if (!full) { // the small pictures have nothing to lose: borrow one that has
        ex.sources.whole(DEFAULT).then((whole) => { source = whole; picture(); draw(); });
        return;
      }
      const key = [state.full ? state.key : DEFAULT, state.seed].join();
      if (key === made) return;
      stack = pyramid(full.x0, state.seed);
      made = key;
    }

    function one({ size, x0, eps, xt, small }, c, base, unit) {
      const { alpha, sigma } = mode === 'same' ? base : shifted(base, size);
      for (let i = 0; i < xt.length; i++) xt[i] = alpha * x0[i] + sigma * eps[i];
      average(xt, size, small);
      const gain = mode === 'same' || !alpha ? 1 : base.alpha / alpha; // a known factor, the same for all pixels
      for (let i = 0; i < xt.length; i++) c.bytes[i] = (xt[i] / state.span + 1) * 127.5;
      for (let i = 0; i < small.length; i++) { small[i] *= gain; c.few[i] = (small[i] / state.span + 1) * 127.5; }
      c.whole.show(c.bytes);
      c.small.show(c.few);
      const own = decibels(20 * Math.log10(alpha / sigma)), left = measured(small, unit, alpha * gain);
      c.level.textContent = `noised at ${own}`;
      c.snr.textContent = decibels(left);
      c.whole.canvas.setAttribute('aria-label', `The picture at ${size} pixels, noised at ${own}`);
      c.small.canvas.setAttribute('aria-label', `The same averaged down to 32 pixels: ${decibels(left)} are left`);
    }

    function draw() {
      if (!stack) return;
      const base = ex.lab.level();
      stack.forEach((layer, k) => one(layer, columns[k], base, stack[0].x0));
      let worst = 0;
      for (const { small } of stack) for (let i = 0; i < small.length; i++) worst = Math.max(worst, Math.abs(small[i] - stack[0].small[i]));
      find('.worst').textContent = ex.show(worst, 2);
      find('.gain').hidden = mode === 'same';
    }

    ex.made.set(element, () => ({ ...ex.madeForward('closed form'), name: 'resolution', code: '' }));
    ex.lab.add({ element: root, picture, draw });
  };
})(window.explorer);
