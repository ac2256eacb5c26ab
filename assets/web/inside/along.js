'use strict';
// A film and plots along one axis: a film's position is a place on the axis of every plot, and
// pointing at a plot moves the film. Python's side and the format: explorer/app/inside/along.py
(function (ex) {
  ex.along = function (element, props, watch) {
    const root = element.querySelector('.along'), find = (selector) => root.querySelector(selector);
    let got = null, topic = null, plots = [], position = 0, reload = () => {};

    const follow = ex.oncePerFrame(() => {
      if (got) for (const plot of plots) plot.cursor(got.at[position]);
    });

    function seek(place) {
      const apart = got.at.map((at) => Math.abs(at - place));
      const nearest = apart.indexOf(Math.min(...apart));
      if (nearest !== position) document.dispatchEvent(new CustomEvent('explorer:seek', { detail: { player: props.name, position: nearest } }));
    }

    function built({ title, y, series }) {
      const host = ex.element('figure', {}, ex.element('figcaption', {}, ex.element('b', {}, title)));
      const plot = ex.plot(host, { title, x: got.x, y, ...ex.fitted(540, 270), onhover: seek });
      plot.draw(series);
      host.append(ex.legend(series.filter((s) => s.line !== false).map((s) => ({ ...s, label: s.key }))));
      return [plot, host];
    }

    // A new film keeps the reader's place, unless what was asked moved the place that matters.
    function load() {
      got = props.value;
      reload();
      find('.about').textContent = got ? got.about : '';
      const made = got ? got.plots.map(built) : [];
      plots = made.map(([plot]) => plot);
      find('.along-plots').replaceChildren(...made.map(([, host]) => host));
      if (!got) return;
      if (topic !== null && topic !== got.topic) seek(got.at[got.film.start]);
      topic = got.topic;
      follow();
    }

    element.addEventListener('explorer:position', ({ detail }) => {
      position = detail.position;
      follow();
    });
    ex.player(element, { name: props.name, picture: props.picture, empty: props.empty, get value() { return got && got.film; } },
      (_name, call) => { reload = call; }, () => {});
    watch('value', load);
    load();
  };
})(window.explorer);
