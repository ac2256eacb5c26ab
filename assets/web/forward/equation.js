'use strict';
// The closed form, x_t = alpha x0 + sigma eps, as three pictures, a histogram and its numbers.
(function (ex) {
  const PARTS = ['xt', 'signal', 'noise'];
  const ALT = { xt: 'Noisy picture', signal: 'Its signal part', noise: 'Its noise part' };

  const signed = (x) => (Number.isFinite(x) ? x.toFixed(2).replace('-', '−') : ex.show(x));

  function numbers(find, { alpha, sigma }, t) {
    const snr = sigma ? (alpha / sigma) ** 2 : Infinity, share = 100 * alpha * alpha;
    const write = (name, text) => { for (const node of find.all(name)) node.textContent = text; };
    const db = 10 * Math.log10(snr);
    write('.t', String(t));
    write('.alpha', ex.four(alpha));
    write('.sigma', ex.four(sigma));
    write('.n-alpha-bar', ex.four(alpha * alpha));
    write('.n-snr', ex.show(snr));
    write('.n-db', (Number.isFinite(db) ? db.toFixed(1).replace('-', '−') : ex.show(db)) + ' dB');
    write('.n-log-snr', signed(Math.log(snr)));
    write('.n-ratio', ex.show(alpha ? sigma / alpha : Infinity));
    find('.share-signal').style.width = share + '%';
    write('.legend .signal', 'ᾱ: ' + share.toFixed(1) + ' % signal');
    write('.legend .noise', '1 − ᾱ: ' + (100 - share).toFixed(1) + ' % noise');
    find('.share').setAttribute('aria-label',
      `${share.toFixed(1)} % of the variance is signal, ${(100 - share).toFixed(1)} % noise`);
  }

  ex.equation = function (element) {
    const root = element.querySelector('.equation-chapter');
    const find = (selector) => root.querySelector(selector);
    find.all = (selector) => root.querySelectorAll(selector);
    const { state, level, screen } = ex.lab, screens = {};
    for (const part of PARTS) screens[part] = screen(find(`[data-part=${part}]`));
    const bars = ex.histogram(find('.histogram'));

    function draw() {
      const { x0, eps, t, schedule } = state, { alpha, sigma } = level();
      const at = `at t = ${t}, ${schedule} schedule: ${state.alt}`;
      screens.xt.show((i) => alpha * x0[i] + sigma * eps[i], `${ALT.xt} ${at}`);
      screens.signal.show((i) => alpha * x0[i], `${ALT.signal} ${at}`);
      screens.noise.show((i) => sigma * eps[i], `${ALT.noise} ${at}`);
      bars.show(x0.length, (i) => alpha * x0[i] + sigma * eps[i]);
      numbers(find, { alpha, sigma }, t);
    }

    ex.made.set(element, () => ex.madeForward('closed form'));
    ex.lab.add({ element: root, draw, picture() { for (const part of PARTS) screens[part].fit(); } });
  };
})(window.explorer);
