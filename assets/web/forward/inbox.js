'use strict';
// Pictures that the server fetched for the Forward tab, an upload or a digit of MNIST: a tile each,
// which unfolds its drawer and shows what came last.
(function (ex) {
  const TILES = [
    { key: 'upload', label: 'A picture of your own', text: 'yours' },
    { key: 'mnist', label: 'A test digit of MNIST', text: 'MNIST' },
  ];

  ex.inbox = function (element, props, watch) {
    const forward = element.closest('.forward'), last = {};
    let original = null; // the upload as it came, 256 x 256 RGB
    const waits = { upload: 'Choose a picture below.', mnist: 'Type a number below, or take another digit.' };

    function show(key) {
      const got = last[key];
      if (!got) return ex.sources.say(waits[key]);
      ex.lab.use(got);
      ex.sources.say(got.note);
    }

    function add() {
      for (const { key, label, text } of TILES) {
        if (key === 'mnist' && !props.mnist) continue;
        ex.sources.add(key, { label, content: ex.element('span', { class: 'pencil' }, text),
          use() { forward.dataset.drawer = key; show(key); },
          leave() { delete forward.dataset.drawer; } });
      }
    }

    const chosen = (name) => element.querySelector(`[name=upload-${name}]:checked`).value;

    // The upload at the chosen size, in grey or colour, perhaps with black and white swapped.
    function made({ x0, size }) {
      const side = Number(chosen('side')), sign = element.querySelector('[name=upload-swap]').checked ? -1 : 1;
      const full = { x0: x0.map((v) => sign * v), size }, small = ex.lab.resampled(full.x0, size, 3, side);
      const grey = chosen('colour') === 'grey';
      return { x0: grey ? ex.lab.greys(small) : small, size: side, channels: grey ? 1 : 3, full,
        note: `Your picture, averaged to ${side} × ${side} pixels.` };
    }

    function receive() {
      const got = props.value;
      if (!got) return;
      const { key, name, note, size, channels, pixels } = got;
      const x0 = ex.sources.unit(ex.bytes(pixels), size * size * channels);
      if (key === 'upload') original = { x0, size };
      last[key] = { key, name, alt: name, note, x0, size, channels, full: null, ...(key === 'upload' ? made(original) : {}) };
      ex.sources.choose(key);
    }

    element.addEventListener('change', () => {
      if (!original) return;
      Object.assign(last.upload, made(original));
      show('upload');
    });
    if (ex.sources.ready) add();
    else document.addEventListener('explorer:sources', add, { once: true });
    watch('value', receive);
  };
})(window.explorer);
