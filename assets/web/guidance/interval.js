'use strict';
// A two-ended control over the steps of a run, in sigma/alpha on a logarithmic axis, noise first.
// props.value: {ratios: [sigma/alpha of each step, null for infinite], low, high}; null: infinite.
// oninterval({interval: "0.3, 8"}) once a person has let go and both ends rest.
(function (ex) {
  const REST = 150; // ms
  const NOISY = 2.5, CLEAN = -2.5, W = 520, PAD = 12, DOTS = 20, AXIS = 46;

  // Where a ratio lies, from 0 (pure noise) to 1 (clean), and back; both ends are open.
  const place = (ratio) => (ratio === null ? 0 : ratio === 0 ? 1
    : Math.max(0, Math.min(1, (NOISY - Math.log10(ratio)) / (NOISY - CLEAN))));
  const ratioAt = (p) => (p <= 0 ? null : p >= 1 ? 0 : Number((10 ** (NOISY - p * (NOISY - CLEAN))).toPrecision(2)));
  const x = (p) => PAD + p * (W - 2 * PAD);
  const named = (ratio) => (ratio === null ? '∞' : ex.show(ratio, 2).replace(/\.0$/, ''));

  ex.guidanceInterval = function (element, props, watch, oninterval) {
    const root = element.querySelector('.interval'), find = (selector) => root.querySelector(selector);
    const svg = find('svg'), high = find('.high'), low = find('.low');
    let ratios = [], ends = { low: 0, high: null }, touched = false, resting = 0;

    const inside = (ratio) => (ratio ?? Infinity) > ends.low && (ends.high === null || (ratio ?? Infinity) <= ends.high);

    function draw() {
      const from = x(place(ends.high)), to = x(place(ends.low));
      const parts = [ex.svg('rect', { class: 'band', x: from, width: Math.max(0, to - from), y: 6, height: 28, rx: 4 })];
      for (const tick of [100, 10, 1, 0.1, 0.01]) {
        parts.push(ex.svg('line', { class: 'tick', x1: x(place(tick)), x2: x(place(tick)), y1: AXIS, y2: AXIS + 4 }));
        if (tick < 100 && tick > 0.01) parts.push(ex.svg('text', { x: x(place(tick)), y: AXIS + 18, 'text-anchor': 'middle' }, String(tick)));
      }
      parts.push(ex.svg('text', { class: 'noise-end', x: 0, y: AXIS + 18 }, 'noise'), ex.svg('text', { class: 'clean-end', x: W, y: AXIS + 18, 'text-anchor': 'end' }, 'clean'));
      parts.push(...ratios.map((ratio) => ex.svg('circle', { class: inside(ratio) ? 'step guided-step' : 'step', cx: x(place(ratio)), cy: DOTS, r: 5 })));
      svg.replaceChildren(...parts);
      high.style.zIndex = Number(high.value) > 0.5 ? 1 : 0; // where both meet, the one that can move is on top
      const count = ratios.filter(inside).length;
      const said = `${ends.low === 0 ? '' : `above ${named(ends.low)} `}${ends.low !== 0 && ends.high !== null ? 'and ' : ''}${ends.high === null ? '' : `at most ${named(ends.high)}`}`.trim() || 'anything: at every step';
      find('.said').textContent = said;
      find('.count').textContent = ratios.length ? `Guided at ${count} of ${ratios.length} steps; at the others the scale is 1.` : '';
      svg.setAttribute('aria-label', `Noise levels of the run; guided where sigma over alpha is ${said}: ${count} of ${ratios.length} steps.`);
      high.setAttribute('aria-valuetext', `sigma over alpha ${named(ends.high)}`);
      low.setAttribute('aria-valuetext', `sigma over alpha ${named(ends.low)}`);
    }

    function moved(by) {
      touched = true;
      const [a, b] = [Number(high.value), Number(low.value)];
      if (a > b) (by === high ? high : low).value = by === high ? b : a; // the ends never cross
      ends = { high: ratioAt(Number(high.value)), low: ratioAt(Number(low.value)) };
      if (ends.low === null) ends.low = ratioAt(0.005);
      draw();
    }

    function load() {
      ratios = props.value.ratios;
      if (touched) return draw(); // an answer to what was asked before does not move them back
      ends = { low: props.value.low, high: props.value.high };
      high.value = place(ends.high);
      low.value = place(ends.low);
      draw();
    }

    for (const end of [high, low]) {
      end.oninput = () => moved(end);
      end.onchange = () => {
        clearTimeout(resting);
        resting = setTimeout(() => oninterval({ interval: `${ends.low}, ${ends.high === null ? 'inf' : Math.max(ends.high, ends.low)}` }), REST);
      };
    }
    watch('value', load);
    load();
  };
})(window.explorer);
