'use strict';
// A guess that is a curve, drawn by mouse, by touch or with the arrow keys: see ask.js.
(function (ex) {
  const W = 340, H = 136, LEFT = 42, RIGHT = 14, TOP = 20, BOTTOM = 32;
  const KEYS = 20; // presses from the foot of the axis to its top

  const said = (value) => (value !== 0 && (Math.abs(value) >= 1e5 || Math.abs(value) < 1e-3)
    ? ex.show(value, 2) : String(Number(value.toPrecision(3))).replace('-', '−'));

  // Round values of a logarithmic axis, as many as there is room for.
  function powers(low, high, most) {
    const among = (digits) => {
      const all = [];
      for (let p = Math.floor(Math.log10(low)); p <= Math.log10(high); p++) all.push(...digits.map((m) => Number((m * 10 ** p).toPrecision(3))));
      return all.filter((v) => v >= low * 0.999 && v <= high * 1.001);
    };
    return [[1, 2, 5], [1, 3], [1]].map(among).find((ticks) => ticks.length <= most) || [low, high];
  }

  // An axis: the share of it below a value, the value at a share, and what stands beside it.
  function axis(low, high, log, most) {
    const f = log ? Math.log : (v) => v, g = log ? Math.exp : (v) => v;
    return {
      share: (v) => (f(v) - f(low)) / (f(high) - f(low)),
      value: (s) => g(f(low) + s * (f(high) - f(low))),
      ticks: log ? powers(low, high, most) : ex.ticks(low, high, 4).filter((v) => v >= low && v <= high),
    };
  }

  // Values where some are null: between two of them in a straight line, level beyond the outermost.
  function filled(shares) {
    const known = shares.flatMap((s, i) => (s === null ? [] : [i]));
    return shares.map((s, i) => {
      if (s !== null || !known.length) return s;
      const before = known.filter((k) => k < i).at(-1), after = known.find((k) => k > i);
      if (before === undefined) return shares[after];
      if (after === undefined) return shares[before];
      return shares[before] + ((i - before) / (after - before)) * (shares[after] - shares[before]);
    });
  }

  ex.guesses.sketch = function (host, question, touched) {
    const { right, words } = question, n = right.length;
    const ax = axis(question.x_low, question.x_high, question.x_log, 7);
    const ay = axis(question.low, question.high, question.y_log, 5);
    const px = (share) => LEFT + share * (W - LEFT - RIGHT), py = (share) => H - BOTTOM - share * (H - TOP - BOTTOM);
    const root = ex.svg('svg', { viewBox: `0 0 ${W} ${H}`, class: 'chart', 'aria-hidden': 'true' });
    const curves = ex.svg('g', {}), box = ex.element('div', { class: 'pad', 'data-keys': '' }, root), key = ex.element('p', { class: 'key' });
    let shares = Array(n).fill(null), cursor = 0, last = null, locked = false;

    function ground() {
      root.append(...ay.ticks.flatMap((v) => [
        ex.svg('line', { class: 'grid', x1: LEFT, x2: W - RIGHT, y1: py(ay.share(v)), y2: py(ay.share(v)) }),
        ex.svg('text', { x: LEFT - 5, y: py(ay.share(v)) + 4, 'text-anchor': 'end' }, said(v))]));
      root.append(...ax.ticks.flatMap((v) => [
        ex.svg('line', { class: 'tick', x1: px(ax.share(v)), x2: px(ax.share(v)), y1: H - BOTTOM, y2: H - BOTTOM + 4 }),
        ex.svg('text', { x: px(ax.share(v)), y: H - BOTTOM + 15, 'text-anchor': 'middle' }, said(v))]));
      root.append(ex.svg('text', { class: 'name', x: 2, y: 10 }, question.y),
        ex.svg('text', { class: 'name', x: (LEFT + W - RIGHT) / 2, y: H - 3, 'text-anchor': 'middle' }, question.x), curves);
    }

    const path = (all, name) => ex.svg('path', { class: name, d: 'M' + all.map((s, i) => `${px(i / (n - 1)).toFixed(1)} ${py(s).toFixed(1)}`).join('L') });
    const dot = (i, s, name, r) => ex.svg('circle', { class: name, cx: px(i / (n - 1)), cy: py(s), r });

    function draw() {
      const whole = filled(shares);
      curves.replaceChildren(
        ...(whole[0] !== null ? [path(whole, 'mine')] : locked ? []
          : [ex.svg('text', { class: 'hint', x: px(0.5), y: py(0.45), 'text-anchor': 'middle' }, 'Draw your curve here')]),
        ...(locked ? [path(right.map(ay.share), 'right')]
          : shares.flatMap((s, i) => (s === null ? [] : [dot(i, s, 'drawn', 2.5)]))),
        ...(locked ? [] : [dot(cursor, whole[cursor] ?? 0.5, 'cursor', 6)]));
      if (locked) return;
      box.setAttribute('aria-valuenow', Math.round(100 * (whole[cursor] ?? 0.5)));
      const x = `${question.x} ${said(ax.value(cursor / (n - 1)))}`;
      box.setAttribute('aria-valuetext', whole[cursor] === null ? `${x}: not drawn yet`
        : `${x}: ${question.y} ${said(ay.value(whole[cursor]))}`);
    }

    function put(i, share) {
      shares[i] = Math.max(0, Math.min(1, share));
      cursor = i;
    }

    function pull(event) { // a fast pointer skips points: those between lie on a straight line
      const r = root.getBoundingClientRect();
      const x = ((event.clientX - r.left) / r.width) * W, y = ((event.clientY - r.top) / r.height) * H;
      const i = Math.max(0, Math.min(n - 1, Math.round(((x - LEFT) / (W - LEFT - RIGHT)) * (n - 1))));
      const share = (H - BOTTOM - y) / (H - TOP - BOTTOM);
      const [from, start] = last || [i, share];
      for (let k = from; k !== i; k += Math.sign(i - from)) if (k !== from) put(k, start + ((k - from) / (i - from)) * (share - start));
      put(i, share);
      last = [i, share];
      draw();
      touched();
    }

    root.addEventListener('pointerdown', (event) => {
      if (locked || event.button) return;
      root.setPointerCapture(event.pointerId);
      last = null;
      pull(event);
    });
    root.addEventListener('pointermove', (event) => { if (!locked && root.hasPointerCapture(event.pointerId)) pull(event); });

    box.addEventListener('keydown', (event) => {
      if (locked || event.altKey || event.ctrlKey || event.metaKey) return;
      const along = { ArrowLeft: cursor - 1, ArrowRight: cursor + 1, Home: 0, End: n - 1 };
      const up = { ArrowUp: 1, ArrowDown: -1, PageUp: 4, PageDown: -4 };
      if (event.key in along) cursor = Math.max(0, Math.min(n - 1, along[event.key]));
      else if (event.key in up) put(cursor, (filled(shares)[cursor] ?? 0.5) + up[event.key] / KEYS);
      else return;
      event.preventDefault();
      draw();
      touched();
    });

    function open() {
      shares = Array(n).fill(null); cursor = 0; locked = false;
      for (const [name, value] of Object.entries({
        role: 'slider', tabindex: 0, 'aria-orientation': 'vertical', 'aria-valuemin': 0, 'aria-valuemax': 100,
        'aria-label': `Draw your curve, ${question.y} against ${question.x}: left and right move along it, up and down draw.`,
      })) box.setAttribute(name, value);
      key.replaceChildren();
      draw();
    }

    function lock(guess) {
      shares = guess === null ? Array(n).fill(null) : guess.map(ay.share);
      locked = true;
      for (const name of [...box.getAttributeNames()]) if (name.startsWith('aria-') || name === 'tabindex') box.removeAttribute(name);
      box.setAttribute('role', 'img');
      box.setAttribute('aria-label', words);
      key.replaceChildren(...(guess === null ? [] : [ex.element('span', { class: 'mine' }, 'your curve')]),
        ex.element('span', { class: 'right' }, 'the answer'));
      draw();
    }

    function gap(guess) {
      const off = guess.reduce((sum, value, i) => sum + Math.abs(ay.share(value) - ay.share(right[i])), 0) / n;
      if (!question.y_log) return `Your curve is ${Math.round(100 * off)} % of the axis away from the answer, on average.`;
      return `Your curve is off by a factor of ${said((question.high / question.low) ** off)}, on average.`;
    }

    ground();
    host.replaceChildren(box, key);
    open();
    return {
      // Two points make a curve; what lies between and beyond them is filled in.
      guess: () => (shares.filter((s) => s !== null).length < 2 ? null : filled(shares).map((s) => Number(ay.value(s).toPrecision(4)))),
      fits: (guess) => Array.isArray(guess) && guess.length === n
        && guess.every((v) => Number.isFinite(v) && ay.share(v) >= -0.01 && ay.share(v) <= 1.01),
      lock, open, gap, focus: () => box.focus(),
    };
  };
})(window.explorer);
