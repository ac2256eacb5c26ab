'use strict';
// The list of lessons, each with the chapters of the app that show the same.
(function (ex) {
  ex.lessons = function (element, props) {
    const list = element.querySelector('[data-part=list]');
    list.replaceChildren(...props.lessons.map((lesson) => ex.element('li', {},
      ex.element('b', {}, lesson.title),
      ex.element('p', {}, lesson.question),
      ex.element('p', { class: 'quiet ways' },
        ex.element('code', {}, `lessons/${lesson.file}.ipynb`),
        ex.element('a', { href: lesson.colab, target: '_blank', rel: 'noopener' }, 'Open in Colab'),
        ...lesson.see.map((place) => ex.visitor(place))))));
  };
})(window.explorer);
