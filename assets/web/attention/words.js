'use strict';
// The chapter "Words" of the Attention tab: which places look at a word, which words a place looks
// at. The maps came in one answer of the server; nothing here asks it again.
(function (ex) {
  const three = (x) => ex.show(x, 3);

  // A layer's head, or the mean of its heads (head null), on its grid of side x side places; all(step)
  // is the row of every place: [place][word].
  function view(layers, { layer, head }) {
    const { side, places } = layers[layer];
    return { side, all: (step) => Array.from({ length: places }, (_, place) => layers[layer].row(step, head, place)) };
  }

  // The picture with the map above it: `share` of the map's colour, the rest the picture's.
  function blend(picture, rgb, offset, size, column, side, top, ramp, share) {
    const out = new Uint8Array(3 * size * size);
    for (let y = 0, o = 0; y < size; y++) {
      for (let x = 0; x < size; x++, o += 3) {
        const place = Math.floor((y * side) / size) * side + Math.floor((x * side) / size);
        const colour = 3 * Math.min(255, Math.round((255 * column[place]) / top));
        for (let c = 0; c < 3; c++) out[o + c] = share * ramp[colour + c] + (1 - share) * rgb[offset + o + c];
      }
    }
    picture.show(out);
  }

  // What counts as ink: as explorer/data/scenes/reading.py has it, farther than 60 from the ground,
  // which is the median of the border.
  function ink(rgb, offset, size) {
    const at = (x, y, c) => rgb[offset + 3 * (y * size + x) + c];
    const ground = [0, 1, 2].map((c) => {
      const edge = [];
      for (let k = 0; k < size; k++) edge.push(at(k, 0, c), at(k, size - 1, c), at(0, k, c), at(size - 1, k, c));
      return edge.sort((a, b) => a - b)[edge.length >> 1];
    });
    return (x, y) => x >= 0 && y >= 0 && x < size && y < size && Math.hypot(...ground.map((g, c) => at(x, y, c) - g)) > 60;
  }

  const largest = (values) => values.reduce((best, v, k) => (v > values[best] ? k : best), 0);

  // One radio a word, each with its own little map: arrow keys choose, as in any group of radios.
  function chips(host, words, choose) {
    const made = words.map((word, k) => {
      const picture = ex.picture(16, 16, 3);
      picture.canvas.setAttribute('aria-hidden', 'true');
      const input = ex.element('input', { type: 'radio', name: 'word-choice', value: k,
        'aria-label': `${word}, word ${k + 1}`, onchange: () => choose(k) });
      const chip = ex.element('label', { class: 'thumb' }, input, picture.canvas, ex.element('span', { translate: 'no' }, word));
      return { picture, input, chip };
    });
    host.replaceChildren(...made.map((m) => m.chip));
    return made;
  }

  ex.words = function (element, props, watch) {
    const root = element.querySelector('.words'), find = (selector) => root.querySelector(selector);
    const set = (selector, text) => { find(selector).textContent = text; };
    const draw = ex.oncePerFrame(paint);
    let data = null, layers = [], ramp = null, frames = null, large = null, plain = null, made = [], thumbs = [];
    let word = 0, step = 0, choice = null, asked = null, probe = null; // asked, probe: [x, y] in [0, 1)
    let placed = false, wanted = null; // asked by a person; by a link
    const share = find('.blend input');
    share.addEventListener('input', draw);
    share.dataset.keys = 'own';

    const transport = ex.transport(find('.controls'), { name: 'Step of the run', key: 'step.words',
      label: (position) => (data ? data.positions[position] : ''),
      onmove(position) { step = position; draw(); } });
    root.querySelector('.large').addEventListener('keydown', transport.key);

    const placeAt = ([x, y], side) => Math.floor(y * side) * side + Math.floor(x * side);
    const middle = (place, side) => [((place % side) + 0.5) / side, (Math.floor(place / side) + 0.5) / side];
    const where = (place, side) => `row ${Math.floor(place / side) + 1}, column ${(place % side) + 1} of ${side} × ${side}`;

    function paint() {
      if (!data) return;
      const { side, all } = view(layers, choice), rows = all(step);
      const columns = data.words.map((_, k) => Float32Array.from(rows, (row) => row[k]));
      const top = Math.max(...columns[word]) || 1, offset = step * 3 * data.size ** 2;
      blend(large.picture, frames, offset, data.size, columns[word], side, top, ramp, Number(share.value) / 100);
      const table = (k) => ({ name: `which places look at ${data.words[k]}, word ${k + 1}`, columns: Array.from({ length: side }, (_, x) => x),
        rows: Array.from({ length: side }, (_, y) => Array.from(columns[k].subarray(y * side, (y + 1) * side))) });
      ex.numbers(large.picture.canvas, () => [table(word)]);
      large.outline(ink(frames, offset, data.size));
      plain.show(frames, offset);
      made.forEach(({ picture, input, chip }, k) => {
        ex.heat(picture, 16, { placeOf: (x, y, size) => placeAt([x / size, y / size], side) }, columns[k], Math.max(...columns[k]) || 1, ramp);
        ex.numbers(picture.canvas, () => (k === word ? [] : [table(k)]));
        input.checked = k === word;
        chip.title = `mean ${three(columns[k].reduce((a, b) => a + b) / columns[k].length)}`;
      });
      if (find('.layers').open) paintThumbs();
      say(side, rows, columns, top);
    }

    function paintThumbs() {
      for (const t of thumbs) {
        const column = Float32Array.from({ length: t.layer.places }, (_, q) => t.layer.row(step, t.head, q)[word]);
        ex.heat(t.picture, t.layer.side, t.layer, column, Math.max(...column) || 1, ramp);
        t.input.checked = t.index === choice.layer && t.head === choice.head;
      }
    }

    function say(side, rows, columns, top) {
      const place = placeAt(probe || asked, side), row = rows[place], sure = data.words.length === 1;
      const told = data.words[word], even = 1 / data.words.length, highest = largest(columns[word]);
      const what = `${layers[choice.layer].label}, ${choice.head === null ? 'mean of heads' : 'head ' + (choice.head + 1)}`;
      set('.title', `Which places look at “${told}”`);
      set('.what', `${what}, ${data.positions[step]}`);
      large.picture.canvas.setAttribute('aria-label', `The picture at ${data.positions[step]} with the map of “${told}” over it, ` +
        `${what}. Most at ${where(highest, side)}, probability ${three(top)}. Arrows move the place, Enter keeps it.`);
      set('.top', three(top));
      set('.uniform', `even ${three(even)}`);
      const tick = find('.uniform'), at = even / top;
      find('.legend i').style.left = tick.style.left = `${100 * at}%`;
      tick.style.transform = at > 0.5 ? 'translateX(-100%)' : '';
      find('.legend i').hidden = tick.hidden = sure || at > 1;
      set('.reading', `At ${where(place, side)}${probe ? '' : ' (kept; point at the picture, or click, for another)'}:`);
      const order = [...row.keys()].sort((a, b) => row[b] - row[a]), most = row[order[0]] || 1;
      find('.ranked').replaceChildren(...order.map((k) => {
        const bar = ex.element('i', {});
        bar.style.width = `${(100 * row[k]) / most}%`;
        return ex.element('li', { class: k === word ? 'chosen' : null }, ex.element('span', { translate: 'no' }, data.words[k]),
          ex.element('span', { class: 'bar' }, bar), ex.element('span', { class: 'value' }, row[k].toFixed(3)));
      }));
      const sum = row.reduce((a, b) => a + b, 0), many = data.words.length;
      set('.sum', sure ? `One token, so its probability is ${sum.toFixed(3)} everywhere: there is nothing to compare.`
        : `These ${many} probabilities sum to ${sum.toFixed(3)}:`);
      set('.rounding', `added here, after their rounding to 8 bits for the journey. Before it, every row of this run sums to 1 within ${ex.show(data.error, 2)}.`);
      large.mark(large.asks, asked, side);
      large.mark(large.probe, probe, side);
    }

    function bigPicture(host, size) {
      const picture = ex.picture(size, size, 3);
      const mark = (node, at, side) => {
        node.hidden = !at;
        if (!at) return;
        const place = placeAt(at, side), unit = 100 / side;
        node.style.cssText = `left:${(place % side) * unit}%;top:${Math.floor(place / side) * unit}%;width:${unit}%;height:${unit}%`;
      };
      const asks = ex.element('span', { class: 'mark asks' }), probed = ex.element('span', { class: 'mark probe' });
      picture.canvas.tabIndex = 0;
      picture.canvas.dataset.keys = 'own';
      picture.canvas.dataset.share = 'attention.place';
      const { over, outline } = ex.outline(size);
      host.replaceChildren(picture.canvas, over, probed, asks);
      listen(picture.canvas);
      return { picture, mark, outline, asks, probe: probed };
    }

    function listen(canvas) {
      const at = (event) => {
        const box = canvas.getBoundingClientRect(), within = (v) => Math.max(0, Math.min(0.9999, v));
        return [within((event.clientX - box.left) / box.width), within((event.clientY - box.top) / box.height)];
      };
      canvas.addEventListener('pointermove', (event) => { probe = at(event); draw(); });
      canvas.addEventListener('pointerleave', () => { probe = null; draw(); });
      canvas.addEventListener('click', (event) => { asked = at(event); placed = true; probe = null; draw(); });
      canvas.addEventListener('blur', () => { probe = null; draw(); });
      canvas.addEventListener('keydown', (event) => {
        const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
        const { side } = view(layers, choice);
        if (event.key in moves) {
          const from = placeAt(probe || asked, side), [dx, dy] = moves[event.key];
          const within = (c) => Math.max(0, Math.min(side - 1, c));
          probe = middle(within(Math.floor(from / side) + dy) * side + within((from % side) + dx), side);
        } else if (event.key === 'Enter' || event.key === ' ') {
          asked = probe || asked;
          placed = true;
          probe = null;
        } else return;
        event.preventDefault();
        draw();
      });
    }

    // A new run keeps the step, the layer and the place that somebody looks at.
    function load() {
      if (!props.value) return set('.missing', props.empty);
      set('.missing', props.value.missing || '');
      for (const part of ['.look', '.layers']) find(part).hidden = Boolean(props.value.missing);
      if (props.value.missing) { data = null; return; }
      const before = data;
      data = props.value;
      layers = data.layers.map(ex.layer);
      [ramp, frames] = [ex.bytes(data.ramp), ex.bytes(data.frames)];
      if (!before) large = bigPicture(find('.frame'), data.size);
      if (!before || before.words.join(' ') !== data.words.join(' ')) word = data.start.word;
      const legend = find('.legend canvas').getContext('2d'), line = legend.createImageData(256, 1);
      for (let k = 0; k < 256; k++) line.data.set([...ramp.subarray(3 * k, 3 * k + 3), 255], 4 * k);
      legend.putImageData(line, 0, 0);
      plain = ex.picture(data.size, data.size, 3);
      plain.canvas.setAttribute('aria-hidden', 'true'); // the large picture has the words for it
      plain.canvas.dataset.saved = 'x0_hat';
      find('.plain').replaceChildren(plain.canvas, ex.element('figcaption', {}, ex.symbol('x̂₀'), ' at this step: what the network believes the picture to be. Its ink is outlined in the map.'));
      made = chips(find('.chips-row'), data.words, (k) => { word = k; draw(); });
      thumbs = ex.layerChooser(find('.net'), layers, 'word-map', (layer, head) => { choice = { layer, head }; draw(); });
      const same = before && before.positions.length === data.positions.length;
      step = same ? step : data.start.step;
      choice = choice || { layer: data.usual, head: null };
      const { side, all } = view(layers, choice);
      placed = Boolean(wanted);
      asked = wanted || middle(largest(Array.from(all(step), (row) => row[word])), side);
      wanted = null;
      set('.note', data.note);
      set('.about', data.about);
      transport.set(data.positions.length, step, 4, data.start.step);
      draw();
    }

    find('.layers').addEventListener('toggle', draw);
    ex.state.register('attention.place', { set(text) { wanted = ex.state.pair(text); },
      get: () => (!data ? undefined : placed ? asked.map((v) => v.toFixed(4)).join() : null) });
    watch('value', load);
    load();
  };
})(window.explorer);
