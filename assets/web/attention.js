'use strict';
// The Attention tab: choose a pixel, and see where it looks. The maps came in one answer of the
// server (assets/web/maps.js reads them); clicking, scrubbing and switching ask nothing more.
(function (ex) {
  const NAME = 'attention', LEAST = 4; // the scale ends at 4 x uniform or more: flat looks flat
  const three = (x) => ex.show(x, 3);
  const { shape } = ex;

  // The large map: a canvas of pixels, the digit's border and two marks above it.
  function bigMap(host, size) {
    const picture = ex.picture(size, size, 3);
    const { over, outline } = ex.outline(size);
    const asks = shape('rect', { class: 'asks' }), probe = shape('rect', { class: 'probe' });
    over.append(probe, asks);
    picture.canvas.tabIndex = 0;
    picture.canvas.dataset.keys = 'own';
    picture.canvas.dataset.share = 'attention.pixel';
    host.replaceChildren(picture.canvas, over);
    function mark(rect, layer, place) {
      rect.style.display = place === null ? 'none' : '';
      const side = size / layer.side;
      for (const [key, value] of Object.entries({ x: (place % layer.side) * side,
        y: Math.floor(place / layer.side) * side, width: side, height: side })) rect.setAttribute(key, value);
    }
    return { ...picture, mark, outline, asks, probe };
  }

  ex.attention = function (element, props, watch) {
    const root = element.querySelector('.attention'), find = (selector) => root.querySelector(selector);
    let data = null, layers = [], thumbs = [], map = null, ramp = null, grey = null;
    let pixel = null, probe = null, choice = null, position = 0, wanted = null, reload = () => {};
    const draw = ex.oncePerFrame(paint);

    function ask(x, y) { pixel = [x, y]; probe = null; draw(); }

    function askPlace(place) {
      const { side } = layers[choice.layer], middle = (c) => Math.floor(((c + 0.5) * data.size) / side);
      ask(middle(place % side), middle(Math.floor(place / side)));
    }

    function select(layer, head) { choice = { layer, head }; probe = null; draw(); }

    function top(layer, peak) { return Math.max(peak, LEAST / layer.places); }

    function paint() {
      if (!data) return;
      const layer = layers[choice.layer], asks = layer.placeOf(...pixel, data.size);
      for (const t of thumbs) {
        const p = t.layer.row(position, t.head, t.layer.placeOf(...pixel, data.size));
        ex.heat(t.picture, t.layer.side, t.layer, p, top(t.layer, ex.readRow(p).peak), ramp);
        t.input.checked = t.index === choice.layer && t.head === choice.head;
      }
      const p = layer.row(position, choice.head, asks), read = ex.readRow(p);
      ex.heat(map, data.size, layer, p, top(layer, read.peak), ramp);
      map.mark(map.asks, layer, asks);
      map.mark(map.probe, layer, probe);
      map.outline(ex.digit(grey, position * data.size ** 2, data.size));
      for (const mark of root.querySelectorAll('.pick')) {
        const share = 100 / layer.side;
        mark.hidden = false;
        mark.style.cssText = `left:${(asks % layer.side) * share}%;width:${share}%;height:${share}%;` +
          `top:${Math.floor(asks / layer.side) * share}%`;
      }
      say(layer, asks, p, read);
    }

    const where = (layer, place) =>
      `row ${Math.floor(place / layer.side) + 1}, column ${(place % layer.side) + 1}`;
    const percent = (share) => (100 * share).toFixed(0) + ' %';
    const uniforms = (layer, value) => `${three(value * layer.places)} × uniform`;

    function say(layer, asks, p, read) {
      const set = (selector, text) => { find(selector).textContent = text; };
      const head = choice.head === null ? `mean of ${layer.heads} heads` : `head ${choice.head + 1} of ${layer.heads}`;
      const what = `${layer.label}, ${head}, ${data.film.positions[position]}`;
      set('.heat .what', what);
      map.canvas.setAttribute('aria-label', `Heat map. ${what}: the pixel at ${where(layer, asks)} of ` +
        `${layer.side} × ${layer.side} looks most at ${where(layer, read.at)}, with probability ` +
        `${three(read.peak)}. Arrows move, Enter asks the pixel reached.`);
      const end = top(layer, read.peak), uniform = find('.uniform');
      set('.top', three(end));
      set('.uniform', `uniform ${three(1 / layer.places)}`);
      find('.legend i').style.left = `${100 / layer.places / end}%`;
      uniform.style.left = `max(18px, ${100 / layer.places / end}%)`;
      set('.reading', probe === null
        ? 'Point at the map to read a probability; click to ask another pixel.'
        : `p = ${three(p[probe])} at ${where(layer, probe)}: ${uniforms(layer, p[probe])}.`);
      set('.n-sum', read.sum.toFixed(4));
      set('.w-sum', `${layer.places} probabilities, added here after their rounding to 8 bits for the ` +
        `journey; before it, every row of this run sums to 1 within ${ex.show(data.error, 2)}`);
      set('.n-peak', three(read.peak));
      set('.w-peak', `${uniforms(layer, read.peak)}, which is 1/${layer.places}; at ${where(layer, read.at)}`);
      set('.n-places', `${read.places.toFixed(0)} of ${layer.places}`);
      set('.w-places', `pixels: e to the entropy of the row. Mean of all rows and heads of this layer, ` +
        `step by step: ${layer.places_by_step.map((k) => k.toFixed(0)).join(', ')}`);
      const ink = ex.ink(grey, position * data.size ** 2, data.size, layer);
      set('.t-digit', `On ${data.subject}`);
      set('.n-digit', percent(ink.reduce((sum, share, k) => sum + share * p[k], 0)));
      set('.w-digit', `of the probability; ${data.subject}, inside the white line (x̂₀ brighter than half), covers ` +
        `${percent(ink.reduce((a, b) => a + b) / layer.places)} of the picture`);
    }

    function listen() {
      const canvas = map.canvas;
      const placeAt = (event) => {
        const box = canvas.getBoundingClientRect(), at = (c) => Math.max(0, Math.min(data.size - 1, Math.floor(c * data.size)));
        return layers[choice.layer].placeOf(at((event.clientX - box.left) / box.width),
          at((event.clientY - box.top) / box.height), data.size);
      };
      canvas.addEventListener('pointermove', (event) => { probe = placeAt(event); draw(); });
      canvas.addEventListener('pointerleave', () => { probe = null; draw(); });
      canvas.addEventListener('click', (event) => askPlace(placeAt(event)));
      canvas.addEventListener('keydown', (event) => {
        const layer = layers[choice.layer], { side } = layer;
        const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
        const from = probe ?? layer.placeOf(...pixel, data.size);
        if (event.key in moves) {
          const within = (c) => Math.max(0, Math.min(side - 1, c)), [dx, dy] = moves[event.key];
          probe = within(Math.floor(from / side) + dy) * side + within((from % side) + dx);
          draw();
        } else if (event.key === 'Enter' || event.key === ' ') askPlace(from);
        else return;
        event.preventDefault();
      });
    }

    function load() {
      if (!props.value) return;
      const first = !data;
      data = props.value;
      layers = data.layers.map(ex.layer);
      ramp = ex.bytes(data.ramp);
      grey = ex.bytes(data.grey);
      if (first) {
        ({ pixel, choice } = data.start);
        if (wanted && Math.max(...wanted) < data.size) pixel = wanted;
        map = bigMap(find('.frame'), data.size);
        const scale = find('.legend canvas').getContext('2d'), image = scale.createImageData(256, 1);
        for (let i = 0; i < 256; i++) image.data.set([...ramp.subarray(3 * i, 3 * i + 3), 255], 4 * i);
        scale.putImageData(image, 0, 0);
        listen();
      }
      thumbs = ex.layerChooser(find('.net'), layers, 'attention-map', select);
      find('.cross').textContent = data.cross;
      find('.about').textContent = data.about;
      for (const part of ['.look', '.layers', '.readings']) find(part).hidden = false;
      reload(); // the film; its position event draws
    }

    element.addEventListener('explorer:position', (event) => { position = event.detail.position; draw(); });
    element.addEventListener('explorer:pick', (event) => ask(event.detail.x, event.detail.y));
    ex.player(element, { name: NAME, picture: 200, pick: true, empty: props.empty,
      get value() { return data && data.film; } }, (_name, call) => { reload = call; }, () => {});
    ex.state.register('attention.pixel', { set(text) { wanted = ex.state.pair(text); },
      get: () => (!data ? undefined : String(pixel) === String(data.start.pixel) ? null : pixel.join()) });
    watch('value', load);
    load();
  };
})(window.explorer);
