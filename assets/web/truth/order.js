'use strict';
// Error against NFE with fitted slopes, and the distance of the stochastic samplers to the data.
(function (ex) {
  ex.truthOrder = function (element, props, watch) {
    let errors = null, distances = null;
    const root = ex.truth(element, props, watch, { load: (value) => setTimeout(() => load(value)), draw() {} });
    const find = (selector) => root.querySelector(selector);

    function start() {
      const x = { label: 'denoiser evaluations (NFE)', short: 'NFE', log: true, ticks: [4, 8, 16, 32, 64, 128, 256] };
      errors = ex.plot(find('.errors'), { title: 'Error against NFE', x, y: { label: 'median error', log: true }, ...ex.fitted(540, 340), onhover: (at) => distances.cursor(at) });
      distances = ex.plot(find('.distances'), { title: 'Distance to the data against NFE', x: { ...x, ticks: [4, 8, 16, 32, 64, 128] }, y: { label: 'sliced Wasserstein', log: true },
        ...ex.fitted(540, 340), onhover: (at) => errors.cursor(at) });
    }

    const series = ({ key, label, points }) => ({ key, label, ink: 'sampler-' + key, points, dots: true });
    const head = (...cells) => ex.element('tr', {}, ...cells.map((text) => ex.element('th', { scope: 'col' }, text)));

    function load(value) {
      if (!errors) start();
      errors.draw(value.errors.map(series));
      const all = value.distances.flatMap(({ points }) => points.map((p) => p[0]));
      distances.draw([...value.distances.map(series),
        { key: 'floor', label: 'data against data', ink: '', points: [[Math.min(...all), value.floor], [Math.max(...all), value.floor]] }]);
      for (const key of root.querySelectorAll('.key')) key.remove();
      const legend = (lines) => ex.legend(lines.map(({ key, label }) => ({ ink: 'sampler-' + key, label })));
      find('.errors').append(legend(value.errors));
      const named = legend(value.distances);
      named.append(ex.element('span', {}, 'grey: two sets of data'));
      find('.distances').append(named);
      find('.orders').replaceChildren(
        ex.element('thead', {}, head('sampler', 'order in theory', 'fitted here', `error at ${value.errors[0].points.at(-1)[0]} NFE`)),
        ex.element('tbody', {}, ...value.errors.map(({ key, label, theory, slope, points }) => ex.element('tr', { 'data-sampler': key },
          ex.element('th', { scope: 'row' }, ex.swatch('sampler-' + key), ' ', label), ex.element('td', {}, String(theory)),
          ex.element('td', { class: 'slope' }, slope.toFixed(2)), ex.element('td', {}, ex.show(points.at(-1)[1], 2))))));
      find('.fitted').textContent = value.fitted;
    }
  };
})(window.explorer);
