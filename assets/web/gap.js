'use strict';
// How far each entrant's guess is from the converged answer, against NFE; it follows the race's
// player, and writes each row's distance beside its name.
(function (ex) {
  ex.gap = function (element, props, watch) {
    const root = element.querySelector('.gap-view'), find = (selector) => root.querySelector(selector);
    let plot = null, got = null, nfe = 0;

    function load() {
      got = props.value;
      find('.empty').hidden = Boolean(got);
      find('.empty').textContent = props.empty;
      find('.body').hidden = !got;
      if (!got) return;
      find('.steps').textContent = got.steps;
      if (!plot) plot = ex.plot(find('.gap-plot'), { title: 'Distance to the converged answer', x: { label: 'denoiser evaluations (NFE)', short: 'NFE' },
        y: { label: 'distance', log: true }, ...ex.fitted(1080, 340) });
      const seen = new Set();
      plot.draw(got.entrants.map(({ label, ink, points }) => {
        const again = seen.has(ink); // a sampler's second spacing: dots on its line
        seen.add(ink);
        return { key: label, label, ink, points, dots: again };
      }));
      const key = root.querySelector('.key');
      if (key) key.remove();
      find('.gap-plot').append(ex.legend(got.entrants));
      follow(nfe);
    }

    function follow(at) {
      nfe = at;
      if (!got || !at) return;
      plot.cursor(at);
      for (const { label, points, stochastic } of got.entrants) {
        const row = document.querySelector(`section.row[aria-label="${label}"] h2`), point = points.filter(([n]) => n <= at).at(-1);
        if (!row || !point) continue;
        let mark = row.querySelector('.gap');
        if (!mark) row.append(mark = ex.element('span', { class: 'gap quiet' }));
        mark.textContent = `${ex.show(point[1], 2)} from the answer${stochastic ? ' of the ODE' : ''}`;
      }
    }

    document.addEventListener('explorer:position', ({ detail }) => {
      if (detail.player === 'race') follow(Number(detail.label.split(' ')[1]));
    });
    watch('value', load);
    load();
  };
})(window.explorer);
