'use strict';
// Prompts to press instead of typing; props.texts.
(function (ex) {
  ex.guidanceExamples = function (element, { texts }, watch, onpick) {
    element.querySelector('.guidance-examples').append(...texts.map((text) =>
      ex.element('button', { type: 'button', class: 'example', translate: 'no', onclick: () => onpick({ text }) }, text)));
  };
})(window.explorer);
