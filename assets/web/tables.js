'use strict';
// The shipped tables of the schedules, and how a schedule is drawn wherever it appears.
(function (ex) {
  // {name: {alpha, sigma} as base64 float64} -> {name: {alpha, sigma: Float64Array (T + 1)}}
  ex.unpackSchedules = (packed) => Object.fromEntries(Object.entries(packed).map(
    ([name, { alpha, sigma }]) => [name, { alpha: ex.doubles(alpha), sigma: ex.doubles(sigma) }]));

  const ROLES = ['signal', 'noise', 'prediction'];

  // A short piece of a line, its colour and its dashes (its own, or others): 'linear' or 'sampler-ddim'.
  ex.swatch = function (ink, dash) {
    const full = ink.includes('-') || ROLES.includes(ink) ? ink : 'schedule-' + ink, name = full.split('-').at(-1);
    const ns = 'http://www.w3.org/2000/svg', svg = document.createElementNS(ns, 'svg');
    const line = document.createElementNS(ns, 'line');
    svg.setAttribute('class', 'swatch');
    svg.setAttribute('viewBox', '0 0 28 8');
    svg.setAttribute('aria-hidden', 'true');
    for (const [key, value] of Object.entries({ x1: 0, x2: 28, y1: 4, y2: 4, 'stroke-width': 2.5,
      stroke: ink ? `var(--${full})` : 'var(--body-text-color-subdued)', 'stroke-dasharray': dash === undefined ? ex.dashes[name] || '' : dash })) line.setAttribute(key, value);
    svg.append(line);
    return svg;
  };
})(window.explorer);
