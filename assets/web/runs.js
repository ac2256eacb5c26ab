'use strict';
// Gradio's slider says "release" for the mouse only. Here the arrow keys and Enter in its number
// box say it too, once they rest, so that a run follows every way of setting a slider.
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
})();
