'use strict';
// The saturation meter: what the screen cuts of each guess and how far its values spread, a line a
// scale against NFE, with a cursor at the step that the player shows.
// props.value: {scales, saturation: [[a share a step] a scale], spread: likewise, latent}.
(function (ex) {
  ex.guidanceMeter = function (element, props, watch) {
    const root = element.querySelector('.meter'), find = (selector) => root.querySelector(selector);
    let got = null, nfe = 0, plots = [];

    // One ink, stronger the larger the scale: scales have an order.
    const strength = (k) => 0.25 + (0.75 * k) / (got.scales.length - 1);
    const name = (scale) => `scale ${scale}`.replace('-', '−');

    function made(host, title, y, series) {
      host.replaceChildren();
      const steps = series[0].length, top = Math.max(...series.flat()) * 1.06 || 1;
      const plot = ex.plot(host, { title, x: { label: 'denoiser evaluations (NFE)', short: 'NFE', range: [0.6, steps + 0.4] },
        y: { label: y, range: [0, top] }, ...ex.fitted(520, 220) });
      plot.draw(series.map((values, k) => ({ key: name(got.scales[k]), label: `${name(got.scales[k])}:`, ink: 'prediction',
        strength: strength(k), points: values.map((v, i) => [i + 1, v]) })));
      return plot;
    }

    function load() {
      got = props.value;
      root.hidden = !got;
      if (!got) return;
      find('.of-latent').hidden = !got.latent;
      plots = [made(find('.cut'), 'Values that the screen cuts', 'cut, %', got.saturation.map((values) => values.map((v) => 100 * v))),
        made(find('.spread'), 'Standard deviation of the guess', 'standard deviation', got.spread)];
      find('.key').replaceChildren(...got.scales.map((scale, k) => ex.element('span', {},
        ex.element('i', { style: `opacity:${strength(k)}` }), name(scale))));
      follow();
    }

    const follow = ex.oncePerFrame(() => {
      if (got && nfe) for (const plot of plots) plot.cursor(nfe);
    });

    document.addEventListener('explorer:position', ({ detail }) => {
      if (detail.player !== props.follows) return;
      nfe = detail.position + 1;
      follow();
    });
    watch('value', load);
    load();
  };
})(window.explorer);
