'use strict';
// "Resume from here": hands the laboratory's picture, t, schedule and noise to the model.
(function (ex) {
  const SIDE = 28;

  // Any picture as 28 x 28 greys, 0 to 255.
  function asDigit({ x0, size, channels }) {
    const small = ex.lab.resampled(x0, size, channels, SIDE);
    return Array.from(channels === 1 ? small : ex.lab.greys(small),
      (v) => Math.max(0, Math.min(255, Math.round((v + 1) * 127.5))));
  }

  ex.resume = function (element, props, watch, send) {
    const root = element.querySelector('.resume-chapter'), find = (selector) => root.querySelector(selector);
    const { state } = ex.lab;
    let first = true, asked = null; // asked: what the pictures below were made of

    const own = () => (/^\w*\d$/.test(state.key) ? '' : state.x0); // a drawing has one name, whatever is drawn
    const chosen = () => [state.key, own(), Math.max(1, state.t), state.schedule, state.seed];

    function go() {
      asked = chosen();
      find('.stale').hidden = true;
      send({ picture: asDigit(state), t: Math.max(1, state.t), schedule: state.schedule, seed: state.seed });
    }

    function draw() {
      find('.where').textContent = `From t = 200, 500 and 900, and from the t below: ${Math.max(1, state.t)}.`;
      find('.reduced').hidden = state.size === SIDE && state.channels === 1;
      find('.stale').hidden = !asked || chosen().every((value, k) => value === asked[k]);
      if (first && !ex.sources.waiting()) { first = false; go(); }
    }

    find('.go').onclick = go;
    document.addEventListener('explorer:network', () => { first = true; }); // another network: run again once this is open
    document.addEventListener('change', ({ target }) => { // another thing to tell it runs at once
      if (root.offsetParent !== null && target.closest('.resume-row') && target.type === 'radio') setTimeout(go, 50);
    });
    ex.lab.add({ element: root, draw });
  };
})(window.explorer);
