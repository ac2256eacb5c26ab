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

    function receive() {
      const got = props.value;
      if (!got) return;
      const image = ({ pixels, size, channels }) => ({ x0: ex.sources.unit(ex.bytes(pixels), size * size * channels), size, channels });
      last[got.key] = { ...image(got), key: got.key, name: got.name, alt: got.name, note: got.note,
        full: got.full ? image(got.full) : null };
      ex.sources.choose(got.key);
    }

    if (ex.sources.ready) add();
    else document.addEventListener('explorer:sources', add, { once: true });
    watch('value', receive);
  };
})(window.explorer);
