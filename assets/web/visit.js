'use strict';
// Going from a word to the chapter that shows it.
(function (ex) {
  const PATIENCE = 10000; // ms until a chapter that does not come is given up

  const visible = (node) => node.offsetParent !== null;
  const named = (root, title) => [...root.querySelectorAll('[role=tab]')]
    .find((tab) => visible(tab) && ex.english(tab) === title);

  async function press(title, inside) {
    const end = performance.now() + PATIENCE;
    while (performance.now() < end) {
      const tab = named(inside() || document.createElement('div'), title);
      if (tab) { tab.click(); return true; }
      await new Promise((resume) => requestAnimationFrame(resume));
    }
    return false;
  }

  // place: 'Tab' or 'Tab/Chapter', in English. Resolves to whether it could be opened.
  ex.visit = async function (place) {
    const [tab, chapter] = place.split(/\/(.*)/s);
    if (!await press(tab, () => document)) return false;
    const found = !chapter || await press(chapter,
      () => [...document.querySelectorAll('.chapters')].find(visible));
    if (!ex.presenting()) window.scrollTo({ top: 0, behavior: ex.calm() ? 'auto' : 'smooth' });
    return found;
  };

  // A link that opens a place of the app.
  ex.visitor = (place, text) => ex.element('button',
    { type: 'button', class: 'visit', onclick: () => ex.visit(place) }, text || place.replace('/', ' › '));
})(window.explorer);
