'use strict';
// "Resume from here": hands the laboratory's picture, t, schedule and noise to the model.
(function (ex) {
  const SIDE = 28;

  // Any picture as 28 x 28 greys: the mean over the area that each new pixel covers.
  ex.asDigit = function ({ x0, size, channels }) {
    const scale = size / SIDE, out = new Array(SIDE * SIDE);
    const grey = (i) => (channels === 1 ? x0[i] : 0.299 * x0[3 * i] + 0.587 * x0[3 * i + 1] + 0.114 * x0[3 * i + 2]);
    const cover = (cell, from) => Math.max(0, Math.min(cell + 1, from + scale) - Math.max(cell, from));
    for (let row = 0; row < SIDE; row++) {
      for (let col = 0; col < SIDE; col++) {
        const top = row * scale, left = col * scale;
        let sum = 0, area = 0;
        for (let y = Math.floor(top); y < Math.min(size, Math.ceil(top + scale - 1e-9)); y++) {
          for (let x = Math.floor(left); x < Math.min(size, Math.ceil(left + scale - 1e-9)); x++) {
            const share = cover(y, top) * cover(x, left);
            sum += share * grey(y * size + x);
            area += share;
          }
        }
        out[row * SIDE + col] = Math.max(0, Math.min(255, Math.round((sum / area + 1) * 127.5)));
      }
    }
    return out;
  };

  ex.resume = function (element, props, watch, send) {
    const root = element.querySelector('.resume-chapter'), find = (selector) => root.querySelector(selector);
    const { state } = ex.lab;
    let first = true;

    function go() {
      send({ picture: ex.asDigit(state), t: Math.max(1, state.t), schedule: state.schedule, seed: state.seed });
    }

    function draw() {
      find('.where').textContent = `From t = 200, 500 and 900, and from the t below: ${Math.max(1, state.t)}.`;
      find('.reduced').hidden = state.size === SIDE && state.channels === 1;
      if (first) { first = false; go(); }
    }

    find('.go').onclick = go;
    document.addEventListener('change', ({ target }) => { // another thing to tell it runs at once
      if (root.offsetParent !== null && target.closest('.resume-row') && target.type === 'radio') setTimeout(go, 50);
    });
    ex.lab.add({ element: root, draw });
  };
})(window.explorer);
