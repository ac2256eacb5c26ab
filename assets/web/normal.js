'use strict';
// Standard normal noise that needs no download: each number is a function of seed and place, the
// same here and in explorer/noise.py, so that a test can repeat every pixel.
(function (ex) {
  // 32 bits well mixed: the finaliser of MurmurHash3.
  function mix(h) {
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) >>> 0;
  }

  // Fill `out` with normal(seed, stream)[from ...]; `from` is even. Box and Muller's pairs.
  ex.fillNormal = function (out, seed, stream = 0, from = 0) {
    const key = mix(mix(seed + 0x9e3779b9) + stream);
    for (let i = 0; i < out.length; i += 2) {
      const u = (mix(mix((from + i) ^ key) + key) + 0.5) / 2 ** 32;
      const v = mix(mix((from + i + 1) ^ key) + key) / 2 ** 32;
      const radius = Math.sqrt(-2 * Math.log(u)), turn = 2 * Math.PI * v;
      out[i] = radius * Math.cos(turn);
      if (i + 1 < out.length) out[i + 1] = radius * Math.sin(turn);
    }
    return out;
  };

  ex.normal = (seed, count, stream = 0) => ex.fillNormal(new Float32Array(count), seed, stream);
})(window.explorer);
