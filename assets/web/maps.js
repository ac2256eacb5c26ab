'use strict';
// Attention maps as they travel (explorer/app/maps.py: pack) and what can be read off one row.
(function (ex) {
  ex.shape = function (tag, attributes) {
    const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    return node;
  };

  // One layer: rows (steps, heads, Q, K) as bytes, p = peak (byte / 255)². K is the number of
  // places in self-attention, of words in cross-attention.
  ex.layer = function (packed) {
    const bytes = ex.bytes(packed.rows), peaks = ex.floats(packed.peaks);
    const { side, heads, keys } = packed, places = side * side;

    // Probabilities with which pixel `query` looks at each key; head null is the mean of heads.
    function row(step, head, query) {
      const p = new Float32Array(keys);
      const wanted = head === null ? [...Array(heads).keys()] : [head];
      for (const h of wanted) {
        const at = (step * heads + h) * places + query;
        const unit = peaks[at] / (255 * 255 * wanted.length);
        for (let k = 0; k < keys; k++) p[k] += bytes[at * keys + k] ** 2 * unit;
      }
      return p;
    }

    // The place of layer pixel grid that holds the picture's pixel (x, y) of size x size.
    function placeOf(x, y, size) {
      return Math.floor((y * side) / size) * side + Math.floor((x * side) / size);
    }

    return { ...packed, places, row, placeOf };
  };

  // Sum, largest value and its place, and e to the entropy: how many places the row looks at.
  ex.readRow = function (p) {
    let sum = 0, peak = 0, at = 0, entropy = 0;
    p.forEach((value, k) => {
      sum += value;
      if (value > peak) { peak = value; at = k; }
      if (value > 0) entropy -= value * Math.log(value);
    });
    return { sum, peak, at, places: Math.exp(entropy) };
  };

  // A map drawn in size x size pixels, each place a square; `top` gets the last colour of the ramp.
  ex.heat = function (picture, size, layer, p, top, ramp) {
    const rgb = new Uint8Array(3 * size * size);
    for (let y = 0, o = 0; y < size; y++) {
      for (let x = 0; x < size; x++, o += 3) {
        const colour = Math.min(255, Math.round((255 * p[layer.placeOf(x, y, size)]) / top));
        rgb.set(ramp.subarray(3 * colour, 3 * colour + 3), o);
      }
    }
    picture.show(rgb);
    const side = layer.side || size;
    ex.numbers(picture.canvas, () => [{ name: ex.called(picture.canvas, 'map'), columns: Array.from({ length: side }, (_, x) => x),
      rows: Array.from({ length: side }, (_, y) => Array.from({ length: side }, (__, x) => p[layer.placeOf(x, y, side)])) }]);
  };

  // What counts as digit: the pixels of one grey frame that are brighter than half-way.
  ex.digit = function (grey, offset, size) {
    const part = grey.subarray(offset, offset + size * size);
    const half = (Math.max(...part) + Math.min(...part)) / 2;
    return (x, y) => x >= 0 && y >= 0 && x < size && y < size && part[y * size + x] > half;
  };

  // The border of what is inside, as an SVG path along the pixels of size x size.
  ex.edges = function (inside, size) {
    let path = '';
    for (let y = 0; y <= size; y++) {
      for (let x = 0; x <= size; x++) {
        if (inside(x, y) !== inside(x, y - 1)) path += `M${x} ${y}h1`;
        if (inside(x, y) !== inside(x - 1, y)) path += `M${x} ${y}v1`;
      }
    }
    return path;
  };

  // The same to lie over a picture: outline(inside) draws it.
  ex.outline = function (size) {
    const over = ex.shape('svg', { viewBox: `0 0 ${size} ${size}`, 'aria-hidden': 'true' });
    const halo = ex.shape('path', { class: 'halo' }), border = ex.shape('path', { class: 'border' });
    over.append(halo, border);
    function outline(inside) {
      const path = ex.edges(inside, size);
      halo.setAttribute('d', path);
      border.setAttribute('d', path);
    }
    return { over, outline };
  };

  // Which share of each place of a layer is digit.
  ex.ink = function (grey, offset, size, layer) {
    const bright = ex.digit(grey, offset, size), shares = new Float32Array(layer.places);
    const unit = layer.places / size ** 2;
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) if (bright(x, y)) shares[layer.placeOf(x, y, size)] += unit;
    }
    return shares;
  };
})(window.explorer);
