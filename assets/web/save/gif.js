'use strict';
// Moving pictures as a GIF (GIF89a, Compuserve 1990): LZW, a palette a frame, only what changed.
//
//   gif({width, height, comment, grey}) -> {frame(rgba, delay), blob()}
//     grey: all pixels are greys, taken as they are; else up to 256 colours a frame are exact, and
//     more are gathered by median cut (Heckbert 1982). delay: hundredths of a second
(function (ex) {
  const MOST = 4096; // codes of LZW

  function words(out, ...numbers) {
    for (const n of numbers) out.push(n & 255, (n >> 8) & 255);
  }

  // Blocks of at most 255 bytes, each after its length, ended by an empty one.
  function blocks(out, bytes) {
    for (let k = 0; k < bytes.length; k += 255) {
      const part = bytes.slice(k, k + 255);
      out.push(part.length);
      for (const byte of part) out.push(byte);
    }
    out.push(0);
  }

  // Palette indices as LZW codes of growing length, lowest bit first.
  function lzw(indices, bits) {
    const bytes = [], clear = 1 << bits, table = new Int16Array(MOST << 8);
    let next = clear + 2, size = bits + 1, held = 0, filled = 0;
    function put(code) {
      held |= code << filled;
      for (filled += size; filled >= 8; filled -= 8) { bytes.push(held & 255); held >>>= 8; }
    }
    put(clear);
    let prefix = indices[0];
    for (let i = 1; i < indices.length; i++) {
      const at = (prefix << 8) | indices[i];
      if (table[at]) { prefix = table[at]; continue; }
      put(prefix);
      prefix = indices[i];
      if (next === MOST) {
        put(clear);
        table.fill(0);
        next = clear + 2; size = bits + 1;
      } else {
        if (next === 1 << size) size++;
        table[at] = next++;
      }
    }
    put(prefix);
    if (next === 1 << size && next < MOST) size++; // as whoever reads it does
    put(clear + 1);
    if (filled) bytes.push(held & 255);
    return bytes;
  }

  const key = (rgba, i) => (rgba[i] << 16) | (rgba[i + 1] << 8) | rgba[i + 2];

  // All colours, where there are at most 256; else null.
  function exact(rgba) {
    const found = new Map();
    for (let i = 0; i < rgba.length; i += 4) {
      const colour = key(rgba, i);
      if (!found.has(colour) && found.set(colour, found.size).size > 256) return null;
    }
    const palette = [...found.keys()].map((c) => [c >> 16, (c >> 8) & 255, c & 255]);
    return { palette, index: (i) => found.get(key(rgba, i)) };
  }

  // Colours that share their five highest bits count as one; its mean stands for it.
  function bins(rgba) {
    const all = new Map();
    for (let i = 0; i < rgba.length; i += 4) {
      const at = ((rgba[i] >> 3) << 10) | ((rgba[i + 1] >> 3) << 5) | (rgba[i + 2] >> 3);
      const bin = all.get(at) || { at, count: 0, sum: [0, 0, 0] };
      if (!bin.count) all.set(at, bin);
      bin.count++;
      for (let c = 0; c < 3; c++) bin.sum[c] += rgba[i + c];
    }
    for (const bin of all.values()) bin.mean = bin.sum.map((s) => s / bin.count);
    return [...all.values()];
  }

  // The box's longest side, and its length times the root of how many pixels are in it.
  function longest(box) {
    const spans = [0, 1, 2].map((c) => {
      let low = 255, high = 0;
      for (const { mean } of box) { low = Math.min(low, mean[c]); high = Math.max(high, mean[c]); }
      return high - low;
    });
    const span = Math.max(...spans), count = box.reduce((n, bin) => n + bin.count, 0);
    return { box, axis: spans.indexOf(span), weight: span * Math.sqrt(count), count };
  }

  function medianCut(rgba) {
    const boxes = [longest(bins(rgba))];
    while (boxes.length < 256) {
      const at = boxes.reduce((best, b, k) => (b.weight > boxes[best].weight ? k : best), 0);
      const { box, axis, weight, count } = boxes[at];
      if (!weight) break;
      box.sort((a, b) => a.mean[axis] - b.mean[axis]);
      let half = 0, cut = 0;
      while (cut < box.length - 1 && (cut === 0 || half + box[cut].count <= count / 2)) half += box[cut++].count;
      boxes.splice(at, 1, longest(box.slice(0, cut)), longest(box.slice(cut)));
    }
    const of = new Uint8Array(1 << 15);
    const palette = boxes.map(({ box, count }, k) => {
      for (const bin of box) of[bin.at] = k;
      return [0, 1, 2].map((c) => Math.round(box.reduce((s, bin) => s + bin.sum[c], 0) / count));
    });
    return { palette, index: (i) => of[((rgba[i] >> 3) << 10) | ((rgba[i + 1] >> 3) << 5) | (rgba[i + 2] >> 3)] };
  }

  const greys = (rgba) => ({ palette: Array.from({ length: 256 }, (_, g) => [g, g, g]), index: (i) => rgba[i + 1] });

  // The smallest rectangle that holds every pixel that differs from the frame before.
  function changed(rgba, before, width, height) {
    if (!before) return [0, 0, width, height];
    const now = new Uint32Array(rgba.buffer), old = new Uint32Array(before.buffer);
    let left = width, right = -1, top = height, bottom = -1;
    for (let y = 0, i = 0; y < height; y++) for (let x = 0; x < width; x++, i++) {
      if (now[i] === old[i]) continue;
      left = Math.min(left, x); right = Math.max(right, x); top = Math.min(top, y); bottom = y;
    }
    return right < 0 ? [0, 0, 1, 1] : [left, top, right - left + 1, bottom - top + 1];
  }

  function cropped(rgba, width, [left, top, w, h]) {
    const out = new Uint8ClampedArray(4 * w * h);
    for (let y = 0; y < h; y++) {
      const from = 4 * ((top + y) * width + left);
      out.set(rgba.subarray(from, from + 4 * w), 4 * w * y);
    }
    return out;
  }

  ex.gif = function ({ width, height, comment, grey }) {
    const out = [], text = new TextEncoder();
    let before = null;
    out.push(...text.encode('GIF89a'));
    words(out, width, height);
    out.push(0x70, 0, 0, 0x21, 0xff, 11, ...text.encode('NETSCAPE2.0'), 3, 1, 0, 0, 0); // plays for ever
    out.push(0x21, 0xfe);
    blocks(out, text.encode(comment));

    function frame(rgba, delay) {
      const box = changed(rgba, before, width, height), part = cropped(rgba, width, box);
      const { palette, index } = grey ? greys(part) : exact(part) || medianCut(part);
      const bits = Math.max(2, Math.ceil(Math.log2(palette.length)));
      out.push(0x21, 0xf9, 4, 4); // what changed stays
      words(out, delay);
      out.push(0, 0, 0x2c);
      words(out, ...box);
      out.push(0x80 | (bits - 1));
      for (let k = 0; k < 1 << bits; k++) out.push(...(palette[k] || [0, 0, 0]));
      const indices = new Uint8Array(part.length / 4);
      for (let i = 0; i < indices.length; i++) indices[i] = index(4 * i);
      out.push(bits);
      blocks(out, lzw(indices, bits));
      before = rgba.slice();
    }

    const blob = () => new Blob([Uint8Array.from(out), new Uint8Array([0x3b])], { type: 'image/gif' });
    return { frame, blob };
  };
})(window.explorer);
