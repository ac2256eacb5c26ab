'use strict';
// The Python of what the page computes by itself: a template of explorer/app/code/page.py, its slots
// filled with what is shown.
(function (ex) {
  const literal = (value) => JSON.stringify(value).replace(/,/g, ', ');

  // codeFor('closed form', {digit: 4, t: 250, ...}); `makers` is Python already.
  ex.codeFor = (name, values) => ex.codes[name]
    .replace(/(?<!\{)\{(\w+)\}(?!\})/g, (_, slot) => (slot === 'makers' ? values[slot] : literal(values[slot])))
    .replace(/\{\{/g, '{').replace(/\}\}/g, '}');

  // What a chapter of the Forward tab shows; of a picture that no line of Python makes, no code.
  ex.madeForward = function (name, more = {}) {
    const { key, t, seed, schedule, name: picture } = ex.lab.state, digit = /^\d+$/.test(key) ? Number(key) : null;
    return { name: `${ex.slug(name)}-${ex.slug(picture)}-t${t}-noise${seed}`, about: { picture, t, schedule, noise: seed },
      code: digit === null ? '' : ex.codeFor(name, { digit, t, seed, schedule, ...more }) };
  };
})(window.explorer);
