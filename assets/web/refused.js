'use strict';
// Where a request was refused, its reason stands. Gradio tells it in a toast that goes after ten
// seconds, and where the answer should be it says "Error" alone.
(function (ex) {
  const SIGN = '[data-testid=status-tracker] > .error', TOLD = '[data-testid=toast-text].error';

  const explain = () => {
    const told = [...document.querySelectorAll(TOLD)].at(-1)?.textContent;
    if (!told) return;
    for (const sign of document.querySelectorAll(`${SIGN}:not(.explained)`)) {
      sign.classList.add('explained');
      sign.textContent = told;
    }
  };
  new MutationObserver(explain).observe(document.body, { childList: true, subtree: true });
})(window.explorer);
