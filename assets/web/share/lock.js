'use strict';
// What a teacher's link locks or hides in our own widgets; Gradio's components are made so at once
// (share/link.js). It is for attention, not security: the address can be changed by anybody.
(function (ex) {
  const { link } = ex, TITLE = 'Locked by whoever made this link';
  const GROUP = 'fieldset, [role=radiogroup], .transport';
  const FREE = ['Tab', 'Escape', 'F5', 'F6'];
  const ours = link.registry.controls.filter(({ kind, key }) => (kind === 'inputs' || kind === 'state')
    && (link.locked.has(key) || link.hidden.has(key)));

  // The parts of the page that belong to a control: a group of inputs, a canvas.
  const parts = ({ key, kind, select }) => (kind === 'state' ? [...document.querySelectorAll(`[data-share="${key}"]`)]
    : [...new Set([...document.querySelectorAll(select)].map((input) => input.closest(GROUP) || input.closest('label') || input))]);

  ex.fasten = function () {
    for (const control of ours) {
      if (link.pending.has(control.key)) continue; // first what the link says, then the lock
      for (const part of parts(control)) part.classList.add(link.hidden.has(control.key) ? 'link-hidden' : 'locked');
    }
    for (const part of document.querySelectorAll('.locked')) {
      part.title = TITLE;
      const inside = part.matches('input, select, textarea, button') ? [part] : part.querySelectorAll('input, select, textarea, button');
      for (const one of inside) one.disabled = true;
    }
    // What would change a locked control from elsewhere: <button data-sets="samplers.schedule ...">
    for (const button of document.querySelectorAll('[data-sets]')) {
      if (button.dataset.sets.split(' ').some((key) => link.locked.has(key))) { button.disabled = true; button.title = TITLE; }
    }
  };

  if (!link.locked.size) return;
  // Canvases are no inputs and have nothing to disable: what is aimed at them stops here.
  function stop(event) {
    if (!event.target.closest?.('.locked') || (event.type === 'keydown' && FREE.includes(event.key))) return;
    event.stopImmediatePropagation();
    event.preventDefault();
  }
  for (const name of ['pointerdown', 'click', 'keydown', 'input', 'change']) document.addEventListener(name, stop, true);
})(window.explorer);
