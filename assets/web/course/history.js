'use strict';
// The line of years: works grouped by year, filtered by theme.
(function (ex) {
  const ALL = '';

  function work({ people, title, theme, changed, place }, themes) {
    return ex.element('article', { 'data-theme': theme },
      ex.element('h3', { translate: 'no' }, title),
      ex.element('p', { class: 'quiet', translate: 'no' }, people),
      ex.element('p', {}, changed),
      ex.element('p', { class: 'quiet ways' }, ex.element('span', { class: 'theme' }, themes.get(theme)),
        place ? ex.visitor(place) : ex.element('span', {}, 'Not shown here')));
  }

  ex.history = function (element, props) {
    const part = (name) => element.querySelector(`[data-part=${name}]`);
    const themes = new Map(props.themes);
    const buttons = [[ALL, 'All'], ...props.themes].map(([key, name]) => ex.element('button',
      { type: 'button', class: 'plain', 'data-theme': key, onclick: () => show(key) }, name));
    const years = [...new Set(props.works.map(({ year }) => year))].map((year) => ex.element('li', {},
      ex.element('h2', {}, String(year)),
      ...props.works.filter((one) => one.year === year).map((one) => work(one, themes))));

    function show(theme) {
      let count = 0;
      for (const year of years) {
        const works = [...year.querySelectorAll('article')];
        works.forEach((one) => { one.hidden = theme !== ALL && one.dataset.theme !== theme; });
        const left = works.filter((one) => !one.hidden).length;
        year.hidden = !left;
        count += left;
      }
      buttons.forEach((button) => button.setAttribute('aria-pressed', String(button.dataset.theme === theme)));
      part('count').textContent = `Works shown: ${count}`;
    }

    part('themes').replaceChildren(...buttons);
    part('years').replaceChildren(...years);
    show(ALL);
  };
})(window.explorer);
