'use strict';
// When a control has settled, and its run may begin.
//
// Gradio's slider says "release" for the mouse only. Here the arrow keys and Enter in its number
// box say it too, once they rest, so that a run follows every way of setting a slider.
//
// A field asks on Enter and when it is left. Gradio says that it is left also where nothing was
// changed, or nothing since Enter: then whoever closes an error would be told it once more.
(function () {
  const MOVES = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End'];
  let rest = 0;

  document.addEventListener('keyup', ({ target, key }) => {
    if (!target.matches('.settles input[type=range]') || !MOVES.includes(key)) return;
    clearTimeout(rest);
    rest = setTimeout(() => target.dispatchEvent(new PointerEvent('pointerup', { bubbles: true })), 400);
  });

  document.addEventListener('keydown', ({ target, key }) => {
    if (key !== 'Enter' || !target.matches('.settles input[type=number]')) return;
    target.blur(); // Gradio takes the number over here
    const range = target.closest('.settles').querySelector('input[type=range]');
    setTimeout(() => range.dispatchEvent(new PointerEvent('pointerup', { bubbles: true })), 100);
  });

  const FIELDS = '[data-testid=textbox], label > input[type=number]:not([data-testid=number-input], .explorer-widget *)';
  const asked = new WeakMap(); // by field, what it held when it was entered, or when Enter was pressed
  const note = ({ target }) => target.matches?.(FIELDS) && asked.set(target, target.value);

  document.addEventListener('focus', note, true);
  document.addEventListener('keydown', (event) => event.key === 'Enter' && note(event), true);
  document.addEventListener('blur', (event) => {
    if (asked.get(event.target) === event.target.value) event.stopPropagation(); // before Gradio hears of it
  }, true);
})();
