'use strict';
// What every widget of ours shares: decoding of packed numbers, DOM building, pixels on a canvas.
window.explorer = window.explorer || {};
(function (ex) {
  ex.bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

  ex.packed = function (bytes) {
    let binary = '';
    for (let k = 0; k < bytes.length; k += 0x8000) binary += String.fromCharCode(...bytes.subarray(k, k + 0x8000));
    return btoa(binary);
  };

  ex.floats = (base64) => new Float32Array(ex.bytes(base64).buffer);
  ex.doubles = (base64) => new Float64Array(ex.bytes(base64).buffer);

  // IEEE 754 half precision, for browsers that have no Float16Array yet.
  ex.halves = function (base64) {
    const bits = new Uint16Array(ex.bytes(base64).buffer);
    return Float32Array.from(bits, (h) => {
      const sign = h & 0x8000 ? -1 : 1, exponent = (h >> 10) & 31, fraction = h & 1023;
      if (exponent === 0) return sign * 2 ** -24 * fraction;
      if (exponent === 31) return fraction ? NaN : sign * Infinity;
      return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
    });
  };

  // element('p', {class: 'note', onclick: f}, 'text', child): text is never parsed as HTML.
  ex.element = function (tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
      else if (value !== null && value !== undefined) node.setAttribute(key, value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  };

  // 'x_t' as x with a subscript, in the type of mathematics; text without '_' stays a plain text.
  ex.symbol = function (text) {
    const parts = text.replace('₀', '_0').split(/_(\w+)/);
    if (parts.length === 1) return text;
    return ex.element('span', { class: 'math' },
      ...parts.map((part, i) => (i % 2 ? ex.element('sub', {}, part) : part)));
  };

  const UNDRAWN = 'Not drawn yet';
  // What a picture is called: its own words, or its caption's.
  ex.called = function (canvas, otherwise) {
    const own = canvas.getAttribute('aria-label');
    return own && own !== UNDRAWN ? own : canvas.closest('figure')?.querySelector('figcaption')?.textContent.trim() || otherwise;
  };

  // A picture of h x w crisp pixels; show(grey or rgb bytes, offset) draws one frame.
  ex.picture = function (width, height, channels = 1) {
    const canvas = ex.element('canvas', { role: 'img', width, height, class: 'pixels', 'aria-label': UNDRAWN });
    const context = canvas.getContext('2d');
    const image = context.createImageData(width, height);
    const rgba = image.data.fill(255), n = width * height;
    function show(bytes, offset = 0) {
      if (channels === 1) {
        for (let i = 0, o = 0; i < n; i++, o += 4) rgba[o] = rgba[o + 1] = rgba[o + 2] = bytes[offset + i];
      } else {
        for (let i = 0, o = 0, s = offset; i < n; i++, o += 4, s += 3) {
          rgba[o] = bytes[s]; rgba[o + 1] = bytes[s + 1]; rgba[o + 2] = bytes[s + 2];
        }
      }
      context.putImageData(image, 0, 0);
    }
    return { canvas, show };
  };

  // How far apart two frames are at each pixel, in the colour that differs most: grey, black for 0.
  ex.apart = function (a, b, channels) {
    const out = new Uint8Array(a.length / channels);
    for (let i = 0; i < a.length; i++) {
      const o = Math.floor(i / channels);
      out[o] = Math.max(out[o], Math.abs(a[i] - b[i]));
    }
    return out;
  };

  // Call draw at most once a screen frame, however often it is asked for.
  ex.oncePerFrame = function (draw) {
    let asked = false;
    return () => {
      if (asked) return;
      asked = true;
      requestAnimationFrame(() => { asked = false; draw(); });
    };
  };

  ex.announce = (node, event, detail) =>
    node.dispatchEvent(new CustomEvent('explorer:' + event, { bubbles: true, detail }));

  // Events of the controls that chapters share go to the open chapter: explorer/app/controls.py
  const relays = new Map();
  ex.relay = (element, { group, titles }, watch, events, fire) => relays.set(group, (title) => fire(events[titles.indexOf(title)]));
  ex.opened = function (group) {
    const tab = document.querySelector(`.${group} > .tab-wrapper [role=tab][aria-selected=true]`);
    return tab && ex.english(tab);
  };
  ex.pass = (group) => relays.has(group) && ex.opened(group) && relays.get(group)(ex.opened(group));

  ex.calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

  // 3 significant digits, plainly: 0.00642, 12.3, 1.6e+8, with a true minus sign.
  ex.show = function (x, digits = 3) {
    if (x === Infinity) return '∞';
    if (x === -Infinity) return '−∞';
    if (x === 0) return '0';
    const size = Math.abs(x);
    const text = size >= 1e5 || size < 1e-4
      ? x.toExponential(digits - 1).replace('e+', 'e') : x.toPrecision(digits);
    return text.replace(/-/g, '−');
  };

  // Coefficients in [0, 1] with 4 decimals, unless that would hide a small one.
  ex.four = (x) => (x > 0 && x < 0.0005 ? ex.show(x, 2) : x.toFixed(4));
})(window.explorer);
