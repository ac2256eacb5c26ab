'use strict';
// Quality against NFE: the measured table as lines, and what is being measured now as rings on it.
(function (ex) {
  const KINDS = {
    ratio: { title: 'Fréchet distance, real digits = 1', log: true, range: [0.8, 6], ticks: [1, 1.5, 2, 3, 5], of: (row) => row.ratio },
    accuracy: { title: 'digits named as asked, %', log: false, range: [85, 100], of: (row) => 100 * row.accuracy },
  };

  ex.quality = function (element, props, watch) {
    const root = element.querySelector('.quality-view'), find = (selector) => root.querySelector(selector), { table } = props;
    let kind = 'ratio', plot = null, rows = [], ended = 0;
    ex.chips(find('.choice'), { name: 'quality-kind', label: 'Measure', value: kind, options: [['ratio', 'Fréchet distance'], ['accuracy', 'accuracy']],
      onpick: (key) => { kind = key; start(); } });

    function outside({ of, range }, lines) {
      const cut = lines.flatMap(({ label, rows: own }) => own.filter((row) => of(row) < range[0] || of(row) > range[1])
        .map((row) => `${label} at ${row.nfe} NFE (${of(row) >= 100 ? Math.round(of(row)) : ex.show(of(row), 2)})`));
      return cut.length ? ` Off the scale: ${cut.join(', ')}.` : '';
    }

    function start() {
      const { title, log, range, ticks, of } = KINDS[kind];
      find('.quality-plot').replaceChildren();
      if (!table) {
        find('.source').textContent = 'The quality of this model has not been measured: “explorer evaluate” does it, and this place then shows it.';
      } else {
        find('.source').textContent = `Lines: model ${props.model}, ${table.n} samples a point, classes in turn; scale 1, ${table.schedule} schedule. The project’s classifier names the digits, and ` +
          `its features give the Fréchet distance to the test digits (less is better; as many real training digits score ${ex.show(table.real, 2)}, here 1). Standard errors are about ` +
          `${ex.show(table.lines[0].rows.at(-1).frechet_error / table.real, 2)} and ${ex.show(100 * table.lines[0].rows.at(-1).accuracy_error, 2)} %. ` +
          `DDIM and Euler lie on one line, and so do DDPM and Euler ancestral.${outside(KINDS[kind], table.lines)} Measured by “explorer evaluate”.`;
      }
      plot = ex.plot(find('.quality-plot'), { title, x: { label: 'denoiser evaluations (NFE)', short: 'NFE', log: true, range: [3.5, 230], ticks: [4, 5, 10, 20, 50, 100, 200] },
        y: { label: title, log, range, ticks }, ...ex.fitted(1080, 360) });
      draw(of);
      find('.quality-plot').append(ex.legend(table ? table.lines : []));
    }

    function draw(of) {
      const lines = (table ? table.lines : []).map(({ label, ink, rows: own }) => ({ key: label, label, ink, dots: true, points: own.map((row) => [row.nfe, of(row)]) }));
      if (kind === 'ratio') lines.push({ key: 'real', label: 'real digits', ink: '', points: [[3.5, 1], [230, 1]] });
      const live = rows.map((row) => ({ key: 'live ' + row.label, label: `${row.label}, live`, ink: row.ink, rings: true, line: false, points: [[row.nfe, of(row)]] }));
      plot.draw([...lines, ...live]);
      find('.off').textContent = outside(KINDS[kind], rows.map((row) => ({ label: row.label, rows: [row] })));
    }

    function results() {
      const cell = (text) => ex.element('td', {}, text), head = ['entrant', 'NFE', 'samples', 'named as asked', 'Fréchet distance', 'real digits', 'ratio'];
      find('.results').replaceChildren(
        ex.element('thead', {}, ex.element('tr', {}, ...head.map((text) => ex.element('th', { scope: 'col' }, text)))),
        ex.element('tbody', {}, ...rows.map((row) => ex.element('tr', {},
          ex.element('th', { scope: 'row' }, ex.swatch(row.ink), row.label), cell(row.nfe), cell(row.n),
          cell(`${(100 * row.accuracy).toFixed(0)} ± ${(100 * row.accuracy_error).toFixed(1)} %`), cell(`${ex.show(row.frechet)} ± ${ex.show(row.frechet_error, 2)}`),
          cell(ex.show(row.frechet_real)), cell(`${ex.show(row.ratio)} ± ${ex.show(row.frechet_error / row.frechet_real, 2)}`)))));
    }

    function load() {
      const value = props.value;
      find('.live').hidden = !value;
      if (!value) return;
      const fresh = value.rows.length !== rows.length;
      rows = value.rows;
      find('.live h2').textContent = `Measured here: model ${value.model}, scale 1, all digits in turn, ${value.schedule} schedule, seed ${value.seed}`;
      if (value.stopped) ended = value.began; // what was on its way at that moment comes after it
      const share = value.done / value.total, stopped = value.began === ended && share < 1;
      find('progress').value = share;
      find('.done').textContent = stopped ? `Stopped at ${Math.round(100 * share)} %.`
        : value.running ? `${Math.round(100 * share)} %: ${value.done.toLocaleString('en')} of ${value.total.toLocaleString('en')} evaluations` : 'Done.';
      if (!fresh) return;
      results();
      draw(KINDS[kind].of);
    }

    start();
    watch('value', load);
    load();
  };
})(window.explorer);
