'use strict';
// The grey image: data, samples under a schedule, samples under its zero-SNR version; some pictures
// of each, and the histogram of the mean brightness of all.
(function (ex) {
  const ACROSS = 6, GAP = 2, W = 320, H = 150, LEFT = 8, BOTTOM = 22, TOP = 8;

  // All pictures of one side on one canvas, ACROSS a row.
  function contact(sheet, size, label) {
    const bytes = ex.bytes(sheet), count = bytes.length / size ** 2, down = Math.ceil(count / ACROSS);
    const width = ACROSS * (size + GAP) - GAP, height = down * (size + GAP) - GAP, { canvas, show } = ex.picture(width, height);
    const all = new Uint8ClampedArray(width * height).fill(128);
    for (let k = 0; k < count; k++) {
      const left = (k % ACROSS) * (size + GAP), top = Math.floor(k / ACROSS) * (size + GAP);
      for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) all[(top + y) * width + left + x] = bytes[k * size * size + y * size + x];
    }
    show(all);
    canvas.setAttribute('aria-label', label);
    return canvas;
  }

  function bars({ histogram, title }, data, edge, most) {
    const x = (v) => LEFT + ((W - 2 * LEFT) * (v + 1)) / 2, y = (v) => TOP + (H - TOP - BOTTOM) * (1 - v / most);
    const root = ex.svg('svg', { viewBox: `0 0 ${W} ${H}`, class: 'chart', role: 'img',
      'aria-label': `Histogram of mean brightness, ${title}: ${histogram.map((v) => Math.round(100 * v)).join(', ')} %` });
    const steps = (shares) => {
      let d = `M${x(-1)} ${y(0)}`;
      shares.forEach((v, k) => { d += `V${y(v).toFixed(1)}H${x(-1 + (2 * (k + 1)) / shares.length).toFixed(1)}`; });
      return d + `V${y(0)}`;
    };
    for (const side of [[-1, -edge], [edge, 1]]) {
      root.append(ex.svg('rect', { class: 'tail', x: x(side[0]), y: TOP, width: x(side[1]) - x(side[0]), height: H - TOP - BOTTOM }));
    }
    root.append(ex.svg('path', { class: 'shares', d: steps(histogram) }), ex.svg('path', { class: 'outline', d: steps(data) }),
      ex.svg('line', { class: 'tick', x1: x(-1), x2: x(1), y1: y(0), y2: y(0) }));
    for (const [tick, name] of [[-1, 'black'], [0, 'mean brightness'], [1, 'white']]) {
      root.append(ex.svg('text', { x: x(tick), y: H - 6, 'text-anchor': tick < 0 ? 'start' : tick ? 'end' : 'middle' }, name));
    }
    const at = (k) => -1 + (2 * k) / histogram.length;
    ex.numbers(root, () => [{ name: `mean brightness, ${title}`, columns: ['from', 'to', 'share'], rows: histogram.map((v, k) => [at(k), at(k + 1), v]) }]);
    return root;
  }

  ex.greyImage = function (element, props, watch) {
    const root = element.querySelector('.grey-image'), find = (selector) => root.querySelector(selector);

    function load() {
      const got = props.value;
      find('.empty').hidden = Boolean(got);
      find('.empty').textContent = props.empty;
      if (!got) return;
      const data = got.sides[0], most = 1.1 * Math.max(...got.sides.flatMap((side) => side.histogram));
      find('.grey-sides').replaceChildren(...got.sides.map((side, k) => {
        const end = side.alpha === null ? 'what is to be learnt'
          : side.alpha === 0 ? 'α is 0, exactly, at the last t' : `α = ${ex.show(side.alpha, 2)} at the last t`;
        return ex.element('figure', { class: 'grey-side', 'data-side': k },
          ex.element('figcaption', {}, ex.element('b', {}, side.title), ' ', ex.element('span', { class: 'quiet' }, end)),
          contact(side.sheet, side.size, `${side.title}: some of its pictures`), bars(side, data.histogram, got.edge, most),
          ex.element('p', { class: 'tails' }, ex.element('b', {}, `${Math.round(100 * side.tails)} %`), ' in the shaded tails'));
      }));
      find('.grey-note').textContent = `${data.count} pictures of data; ${got.sides[1].count} samples each from the same noise, seed ` +
        `${got.seed}, by DDIM in ${got.steps} steps with the exact denoiser of the data. Thin line: the data’s histogram.`;
    }
    watch('value', load);
    load();
  };
})(window.explorer);
