'use strict';
// Examples of prompts: a press hands one to Python, which puts it into the field and runs it.
(function (ex) {
  ex.promptExamples = function (element, props, watch, take) {
    const chip = (prompt) => ex.element('button', { type: 'button', class: 'chip', translate: prompt ? 'no' : null, onclick: () => take({ prompt }) },
      prompt || 'nothing at all');
    element.querySelector('.examples').replaceChildren(...[...props.examples, ''].map(chip));
  };
})(window.explorer);
