'use strict';
// x_t and the prediction under its three names, and the identities between them with the numbers of
// one pixel. All numbers came in one answer; pointing at a pixel asks nothing.
(function (ex) {
  // key in the answer: symbol, role, what the picture's black and white mean
  const PARTS = { xt: ['x_t', 'noise', 2], eps: ['ε̂', 'noise', 3], x0: ['x̂₀', 'prediction', 1], v: ['v̂', null, 3] };
  const WORDS = { xt: 'the noisy picture', eps: 'the noise in it', x0: 'the clean picture', v: 'what this network says' };
  // left side, coefficient and part, sign, coefficient and part
  const IDENTITIES = [['x0', 'alpha', 'xt', -1, 'sigma', 'v'], ['eps', 'sigma', 'xt', 1, 'alpha', 'v'],
    ['v', 'alpha', 'eps', -1, 'sigma', 'x0'], ['xt', 'alpha', 'x0', 1, 'sigma', 'eps']];
  const GREEK = { alpha: 'α', sigma: 'σ' };

  const minus = (x, digits = 4) => { const text = x.toFixed(digits); return (Number(text) === 0 ? text.replace('-', '') : text).replace('-', '−'); };
  const bracket = (x) => (x < 0 ? `(${minus(x)})` : minus(x));

  ex.threeNames = function (element, props, watch) {
    const root = element.querySelector('.three-names'), find = (selector) => root.querySelector(selector);
    let got = null, parts = null, pictures = {}, grids = [], at = null, wanted = null, built = '';

    const symbol = (key) => ex.element('span', { class: PARTS[key][1] || '' }, ex.element('span', { class: 'math' }, ex.symbol(PARTS[key][0])));

    function build() { // canvases, anew only for pictures of another size
      const [channels, height, width] = got.shape;
      if (built === String(got.shape)) return;
      built = String(got.shape);
      at = wanted && wanted[0] < width && wanted[1] < height ? wanted : [width >> 1, height >> 1];
      const made = Object.entries(PARTS).map(([key, [name, role, scale]]) => {
        const picture = pictures[key] = ex.picture(width, height, channels);
        const figure = ex.element('figure', { class: 'screen', 'data-role': role }, picture.canvas,
          ex.element('figcaption', {}, ex.element('b', {}, ex.symbol(name)), ex.element('span', {}, WORDS[key])));
        figure.title = `Black is −${scale}, white ${scale}.`;
        return figure;
      });
      find('.names-pictures').replaceChildren(...made);
      grids = Object.values(pictures).map(({ canvas }) => ex.latentCells(canvas, { onlook: look, cells: width }));
    }

    const value = (key, [x, y], channel = 0) => parts[key][(channel * got.shape[1] + y) * got.shape[2] + x];

    function row([left, a, first, sign, b, second]) {
      const [l, f, s] = [left, first, second].map((key) => value(key, at));
      const right = got[a] * f + sign * got[b] * s, operator = sign < 0 ? ' − ' : ' + ';
      const line = (...children) => ex.element('td', {}, ...children);
      return ex.element('tr', { 'data-identity': left },
        line(symbol(left), ' = ', ex.element('span', { class: 'math' }, GREEK[a]), ' ', symbol(first), operator,
          ex.element('span', { class: 'math' }, GREEK[b]), ' ', symbol(second)),
        line(ex.element('b', { class: 'left', 'data-value': l }, minus(l))),
        line(`= ${minus(got[a])} · ${bracket(f)}${operator}${minus(got[b])} · ${bracket(s)} = `,
          ex.element('b', { class: 'right', 'data-value': right }, minus(right))),
        line(`apart ${l === right ? '0' : ex.show(Math.abs(l - right), 1)}`));
    }

    function look(x, y) {
      at = [x, y];
      grids.forEach(({ mark }) => mark(x, y));
      find('.names-pixel').textContent = `Row ${y + 1}, column ${x + 1}${got.shape[0] > 1 ? ', red' : ''}:`;
      find('.names-identities').replaceChildren(ex.element('table', {}, ex.element('tbody', {}, ...IDENTITIES.map(row))));
    }

    function factors() {
      const { alpha, sigma } = got;
      const from = alpha === 0 ? 'α is 0, so x̂₀ = (xₜ − σ ε̂) / α is undefined: here xₜ is the noise, and ε̂ says nothing of the picture'
        : `an error in ε̂ is ${ex.show(sigma / alpha)} times as large in x̂₀ = (xₜ − σ ε̂) / α`;
      find('.names-factors').textContent = `At this level α = ${minus(alpha)} and σ = ${minus(sigma)}: ${from}; an error in x̂₀ is ` +
        `${ex.show(alpha / sigma)} times as large in ε̂ = (xₜ − α x̂₀) / σ; an error in v̂ is ${ex.show(sigma)} times as large in x̂₀ and ${ex.show(alpha)} times in ε̂.`;
    }

    function load() {
      got = props.value;
      root.hidden = !got;
      if (!got) return;
      parts = Object.fromEntries(Object.entries(got.parts).map(([key, text]) => [key, ex.floats(text)]));
      build();
      const [channels, height, width] = got.shape, n = height * width;
      for (const [key, [name, , scale]] of Object.entries(PARTS)) {
        const bytes = new Uint8ClampedArray(n * channels); // channels last, as canvases want them
        parts[key].forEach((v, i) => { bytes[(i % n) * channels + Math.floor(i / n)] = Math.round((v / scale + 1) * 127.5); });
        pictures[key].show(bytes);
        pictures[key].canvas.setAttribute('aria-label', `${name}: ${WORDS[key]}. The arrow keys move over its pixels.`);
      }
      find('.about').textContent = got.about;
      factors();
      look(...at);
    }
    ex.state.register('unet.pixel', { set(text) { wanted = ex.state.pair(text); },
      get: () => (!got ? undefined : at[0] === got.shape[2] >> 1 && at[1] === got.shape[1] >> 1 ? null : at.join()) });
    watch('value', load);
    load();
  };
})(window.explorer);
