'use strict';
// One batch of training: a column a sample (a row on a phone), and the sum that its loss is.
(function (ex) {
  const ROWS = [
    ['x0', 'x_0', 'signal', 'the picture'], ['eps', 'ε', 'noise', 'the noise'], ['xt', 'x_t', '', 'what the network sees'],
    ['v', 'v', '', 'what it should answer'], ['v_hat', 'v̂', 'prediction', 'what it answers'], ['error', '(v̂ − v)²', '', 'the squared error'],
  ];
  const VARIED = '; the network learned from MNIST, so near the clean end it does worse on them than the answer above says';
  const three = (x) => (x < 0.0005 ? ex.show(x, 2) : x < 100 ? x.toFixed(3) : ex.show(x));

  ex.oneBatch = function (element, props, watch) {
    const root = element.querySelector('.one-batch'), find = (selector) => root.querySelector(selector);
    const box = find('.sorted input'), grid = find('.batch-grid');
    find('.empty').textContent = props.empty;
    let value = null, bytes = null;

    const order = () => {
      const all = value.degrees.map((_, i) => i);
      return box.checked ? all.sort((a, b) => value.degrees[a] - value.degrees[b]) : all;
    };

    function heads() {
      return [ex.element('span', { class: 'head' }, 'angle, label told'),
        ...ROWS.map(([, name, role, what]) => ex.element('span', { class: `head ${role}`, title: what }, name.includes('_') ? ex.symbol(name) : ex.element('span', { class: 'math' }, name))),
        ex.element('span', { class: 'head' }, 'its loss')];
    }

    function sample(i, largest) {
      const [, h, w, channels] = value.shape, size = h * w * channels;
      const level = `${value.degrees[i]}°`, told = value.told[i] === '' ? 'none' : value.told[i];
      const pictures = ROWS.map(([key, , , what]) => {
        const { canvas, show } = ex.picture(w, h, channels);
        show(bytes[key], i * size);
        canvas.setAttribute('aria-label', `${what}, sample at ${level}`);
        return canvas;
      });
      const bar = (loss, name) => ex.element('i', { class: name, style: `width:${(100 * Math.min(1, loss / largest)).toFixed(1)}%` });
      const before = value.before;
      return [ex.element('span', { class: 'level' }, ex.element('b', {}, level), ` ${told}`), ...pictures,
        ex.element('span', { class: 'loss' }, three(value.losses[i]), ex.element('span', { class: 'bars' }, before && bar(before[i], 'before'), bar(value.losses[i], 'now')))];
    }

    function draw() {
      const largest = Math.max(...value.losses, ...(value.before || []));
      grid.style.setProperty('--samples', value.losses.length);
      grid.replaceChildren(...heads(), ...order().flatMap((i) => sample(i, largest)));
      const n = value.losses.length, loss = value.history.at(-1);
      find('.sum').textContent = `Loss of the batch: (${order().map((i) => three(value.losses[i])).join(' + ')}) / ${n} = ${three(loss)}`;
    }

    function stepped() {
      const { taken, steps, history, predicted, rate } = value, now = history.at(-1), then = history.at(-1 - taken);
      if (!taken) {
        find('.stepped').textContent = steps ? `After ${steps} steps.` : 'No step has been taken yet.';
      } else {
        const fell = then - now, moved = `${fell < 0 ? 'rose' : 'fell'} by ${ex.show(Math.abs(fell), 2)}`;
        find('.stepped').textContent = taken === 1
          ? `Step ${steps}: the loss was ${three(then)} and is ${three(now)}: it ${moved}. Its gradient promised η‖∇L‖² = ${ex.show(predicted, 2)}, as if the loss were a straight line.`
          : `Steps ${steps - taken + 1} to ${steps}: the loss was ${three(then)} and is ${three(now)}: it ${moved}.`;
      }
      const host = find('.batch-history');
      host.replaceChildren();
      host.hidden = history.length < 2;
      if (history.length < 2) return;
      const plot = ex.plot(host, { title: 'Loss of this batch', x: { label: 'steps on this batch', range: [0, Math.max(10, steps)] }, y: { label: 'loss', range: null },
        ...ex.fitted(620, 200) });
      plot.draw([{ key: 'loss', label: 'loss', ink: 'prediction', dots: history.length < 12, points: history.map((y, k) => [k, y]) }]);
    }

    function load() {
      if (!props.value) return;
      value = props.value;
      bytes = Object.fromEntries(Object.entries(value.pictures).map(([key, text]) => [key, ex.bytes(text)]));
      find('.empty').hidden = true;
      find('.batch-view').hidden = false;
      draw();
      stepped();
      find('.about').textContent = `Network: ${value.network}; learning rate η = ${value.rate}. Pictures: ${value.data}${value.network === 'mnist' && value.data.startsWith('variants') ? VARIED : ''}. All pictures on one grey scale, black −${value.span}, white ${value.span}; ` +
        'the squared error from 0, black, to 1, white. Each sample is noised at an angle of its own, one in each twelfth of 0° to 90°; a tenth of the labels is not told.';
    }

    box.onchange = () => value && draw();
    watch('value', load);
    load();
  };
})(window.explorer);
