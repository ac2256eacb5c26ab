'use strict';
// Prompts to press instead of typing; props.texts.
(function (ex) {
  ex.examples = function (element, { texts }, watch, onpick) {
    element.querySelector('.examples').append(...texts.map((text) =>
      ex.element('button', { type: 'button', class: 'example', onclick: () => onpick({ text }) }, text)));
  };
})(window.explorer);
