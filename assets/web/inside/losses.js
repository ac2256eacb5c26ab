'use strict';
// The measured loss of each denoiser against log-SNR, as the error of v̂, x̂₀ or ε̂, with what a
// guess without looking would cost, and in the plane with what no network can remove.
(function (ex) {
  const RANGE = [-12.5, 12.5], SYMBOLS = [['v', 'v̂'], ['eps', 'ε̂'], ['x0', 'x̂₀']];

  const FINE = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]; // ticks, where there is room for them

  ex.unetLosses = function (element, props, watch) {
    const root = element.querySelector('.unet-losses'), find = (selector) => root.querySelector(selector);
    const { tables, missing } = props;
    let table = tables[0], of = 'v';
    find('.missing').hidden = !missing;
    if (missing) find('.missing').textContent = `The loss of this app’s model has not been measured on its weights: “explorer evaluate ${missing} --losses” does it, with --data and its pictures.`;
    if (!table) return;

    ex.chips(find('.of-model'), { name: 'losses-model', label: 'Model', value: table.key,
      options: tables.map(({ key, label, exact }) => [key, exact ? `plane: ${label}` : label]),
      onpick: (key) => { table = tables.find((one) => one.key === key); draw(); } });
    ex.chips(find('.of-name'), { name: 'losses-of', label: 'Loss of', value: of,
      options: SYMBOLS.map(([key, symbol]) => [key, `loss of ${symbol}`]), onpick: (key) => { of = key; draw(); } });
    const plot = ex.plot(find('.loss-plot'), { title: 'Loss by noise level', x: { label: 'log-SNR', range: RANGE, ticks: [-12, -9, -6, -3, 0, 3, 6, 9, 12] },
      y: { label: 'mean squared error', log: true }, ...ex.fitted(1080, 380) });

    const as = (v, at) => ex.lossAs(of, v, at);

    // What a guess that looks at nothing costs, as a loss of v.
    const ofMean = (at) => table.variance * (1 + Math.exp(at)), ofNoNoise = (at) => 1 + Math.exp(-at);

    function lines() {
      const { label, log_snr: at, v, error, exact } = table;
      const along = (cost) => at.map((x) => [x, as(cost(x), x)]);
      const all = exact ? [{ key: 'exact', label: 'unavoidable', ink: 'signal', wide: true, points: at.map((x, k) => [x, as(exact[k], x)]) }] : [];
      return [...all,
        { key: 'loss', label, ink: 'prediction', dots: true, points: at.map((x, k) => [x, as(v[k], x), as(error[k], x)]) },
        { key: 'mean', label: 'always the mean of the data', ink: 'noise', dash: '7 4', points: along(ofMean) },
        { key: 'no noise', label: 'never any noise', ink: 'signal', dash: '2 3', points: along(ofNoNoise) }];
    }

    function ring() {
      const own = props.value;
      if (!own || own.model !== table.key || own.log_snr === null) return [];
      return [{ key: 'own', label: '', ink: 'prediction', rings: true, line: false, points: [[own.log_snr, as(own.v, own.log_snr)]] }];
    }

    function draw() {
      const all = lines(), seen = all.filter(({ key }) => key === 'exact' || key === 'loss').flatMap(({ points }) => points.map(([, y]) => y));
      // what a guess costs where it is a good one; it leaves the picture where it is none
      const [first, last] = [table.log_snr[0], table.log_snr.at(-1)];
      seen.push(as(ofMean(first), first), as(ofNoNoise(last), last));
      const low = Math.min(...seen) / 1.4, high = Math.max(...seen) * 1.4;
      plot.range(low, high, high / low > 500 ? null : FINE.filter((tick) => tick >= low && tick <= high));
      plot.draw([...all, ...ring()]);
      for (const key of root.querySelectorAll('.key')) key.remove();
      find('.loss-plot').append(ex.legend(all));
      find('.reading-of').textContent = table.reading;
      find('.of-data').textContent = table.data;
      find('.of-plane').hidden = !table.exact;
      const own = props.value && props.value.model === table.key ? props.value.about : '';
      find('.own').textContent = own && ring().length ? `${own} It is the ring.` : own;
    }
    watch('value', draw);
    draw();
  };
})(window.explorer);
