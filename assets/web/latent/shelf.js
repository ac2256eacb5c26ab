'use strict';
// The pictures of the Latent tab: a tile each. The chosen one goes to the server as base64.
// props.value: {tiles: [{key, label, pixels, note}], choose} adds tiles, and may choose the last.
(function (ex) {
  const SIDE = 64, PAUSE = 250; // ms without a stroke until a drawing is sent
  const tiles = new Map(); // key -> {label, rgb, note}: for the second picture, too

  const text = (rgb) => btoa(String.fromCharCode(...rgb));

  function thumbnail(rgb, label) {
    const picture = ex.picture(SIDE, SIDE, 3);
    picture.show(rgb);
    picture.canvas.setAttribute('aria-label', label);
    picture.canvas.setAttribute('aria-hidden', 'true'); // its radio says it
    return picture.canvas;
  }

  function radio(name, key, label, content, onchange) {
    const input = ex.element('input', { type: 'radio', name, value: key, 'aria-label': label, onchange });
    // A caption stays as it is in any language: it is what the model reads.
    const translate = /^an? /.test(label) ? 'no' : null;
    return ex.element('label', { class: 'tile', title: label, translate }, input, content);
  }

  ex.latentShelf = function (element, props, watch, send) {
    const root = element.querySelector('.latent-shelf'), find = (selector) => root.querySelector(selector);
    const tab = element.closest('.latent'), shown = new Map();
    let chosen = null, wait = 0, used = null;

    const pencil = (word) => ex.element('span', { class: 'pencil' }, word);
    const draw = radio('latent-picture', 'draw', 'Draw a picture', pencil('draw'), () => choose('draw'));
    const yours = radio('latent-picture', 'yours', 'A picture of your own', pencil('yours'), () => choose('yours'));
    const more = ex.element('button', { type: 'button', class: 'tile more-scenes', title: 'Another scene',
      onclick: () => send.more({ seed: 100 + Math.floor(Math.random() * 9900) }) }, pencil('new'));
    find('.thumbs').append(more, draw, yours);
    const easel = ex.latentEasel(root, { side: SIDE, onchange(rgb) {
      tiles.set('draw', { label: 'your drawing', rgb: rgb.slice(), note: 'Your own drawing.' });
      if (chosen !== 'draw') return;
      clearTimeout(wait);
      wait = setTimeout(() => use('draw'), PAUSE);
    } });

    function use(key) {
      const packed = text(tiles.get(key).rgb);
      if (packed !== used) send.use({ pixels: packed });
      used = packed;
      document.dispatchEvent(new CustomEvent('explorer:shelf', { detail: { tiles } }));
    }

    function choose(key) {
      chosen = key;
      find(`[value="${key}"]`).checked = true;
      find('.easel').hidden = key !== 'draw';
      easel.active = key === 'draw';
      tab.dataset.drawer = key;
      if (key === 'draw' && !tiles.has('draw')) easel.draw();
      const tile = tiles.get(key);
      find('.origin').textContent = tile ? tile.note : 'Choose a picture below.';
      if (tile) use(key);
    }

    function add({ key, label, pixels, note }) {
      const tile = { label, rgb: ex.bytes(pixels), note };
      tiles.set(key, tile);
      if (key === 'yours') return yours.replaceChildren(yours.querySelector('input'), thumbnail(tile.rgb, label));
      if (shown.has(key)) return;
      const made = radio('latent-picture', key, label, thumbnail(tile.rgb, label), () => choose(key));
      shown.set(key, made);
      more.before(made);
    }

    function load() {
      const got = props.value;
      if (!got || !got.tiles) return;
      got.tiles.forEach(add);
      if (got.choose) return choose(got.tiles[got.tiles.length - 1].key);
      if (chosen) return;
      chosen = got.tiles[0].key; // the server shows it already
      used = text(tiles.get(chosen).rgb);
      find(`[value="${chosen}"]`).checked = true;
      find('.origin').textContent = tiles.get(chosen).note;
      document.dispatchEvent(new CustomEvent('explorer:shelf', { detail: { tiles } }));
    }
    watch('value', load);
    load();
  };

  // The second picture of "Between two pictures".
  ex.latentOther = function (element, props, watch, send) {
    const host = element.querySelector('.thumbs');
    let chosen = null;

    function fill() {
      const keys = [...tiles.keys()];
      chosen = chosen || keys[1];
      host.replaceChildren(...keys.map((key) => {
        const { label, rgb } = tiles.get(key);
        const made = radio('latent-second', key, label, thumbnail(rgb, label), () => {
          chosen = key;
          send({ pixels: text(tiles.get(key).rgb) });
        });
        made.querySelector('input').checked = key === chosen;
        return made;
      }));
    }
    document.addEventListener('explorer:shelf', fill);
    fill();
  };
})(window.explorer);
