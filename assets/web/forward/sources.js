'use strict';
// Where x0 comes from: the gallery, a drawing, or whatever others add with ex.sources.add.
(function (ex) {
  const SIDE = 28; // of a digit
  const unit = (bytes, count, offset = 0) =>
    Float32Array.from({ length: count }, (_, i) => bytes[offset + i] / 127.5 - 1);

  function thumbnail(bytes, size, channels, offset) {
    const picture = ex.picture(size, size, channels);
    picture.show(bytes, offset);
    return picture.canvas;
  }

  // A drawing for a link: runs of black and of white as the grey and their length, other greys as they are.
  function shortened(greys) {
    const out = [];
    for (let i = 0; i < greys.length;) {
      const grey = greys[i], from = i++;
      if (grey > 0 && grey < 255) { out.push(grey); continue; }
      while (i < greys.length && greys[i] === grey && i - from < 255) i++;
      out.push(grey, i - from);
    }
    return Uint8Array.from(out);
  }

  function lengthened(short, length) {
    const out = [];
    for (let i = 0; i < short.length; i++) {
      if (short[i] > 0 && short[i] < 255) out.push(short[i]);
      else for (let left = short[++i]; left > 0; left--) out.push(short[i - 1]);
    }
    if (out.length !== length) throw new Error('This is no drawing.');
    return out;
  }

  // x0 of a PNG, Float32Array (size * size * 3) in [-1, 1].
  async function decoded(image) {
    await image.decode();
    const canvas = ex.element('canvas', { width: image.naturalWidth, height: image.naturalHeight });
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.naturalWidth, image.naturalHeight);
    const x0 = new Float32Array((data.length / 4) * 3);
    for (let i = 0, k = 0; i < data.length; i++) if (i % 4 !== 3) x0[k++] = data[i] / 127.5 - 1;
    return { x0, size: image.naturalWidth };
  }

  ex.sources = function (element, props) {
    const root = element.querySelector('.sources'), find = (selector) => root.querySelector(selector);
    const { gallery, pictures } = props, { lab } = ex, n = gallery.size ** 2;
    const sheet = ex.bytes(gallery.sheet), choices = new Map(), wholes = new Map();
    let chosen = null, reading = false; // reading: whether the chosen picture is still being decoded

    // choices: key -> {label, content, use()}; a tile each, one radio group, so arrows move in it.
    function add(key, { label, content, use, leave }) {
      choices.set(key, { use, leave });
      const input = ex.element('input', { type: 'radio', name: 'forward-source', value: key,
        'aria-label': label, onchange: () => choose(key) });
      find('.thumbs').append(ex.element('label', { class: 'tile', title: label }, input, content));
    }

    function choose(key) {
      if (chosen !== key && choices.get(chosen)?.leave) choices.get(chosen).leave();
      chosen = key;
      reading = false;
      root.querySelector(`[value="${key}"]`).checked = true;
      choices.get(key).use();
    }

    function say(note) { find('.origin').textContent = note; }

    gallery.labels.slice(0, props.digits).forEach((label, i) => add(String(i), {
      label: 'Gallery: a ' + label, content: thumbnail(sheet, gallery.size, 1, i * n),
      use() {
        lab.use({ key: String(i), x0: unit(sheet, n, i * n), size: gallery.size, channels: 1,
          name: 'a ' + label, alt: 'a handwritten ' + label });
        say(gallery.note);
      } }));

    // Drawings of ours, 256 x 256 RGB, averaged down to the size that is asked for.
    for (const picture of pictures) {
      const image = ex.element('img', { src: 'data:image/png;base64,' + picture.png, alt: '' });
      let whole = null; // read off when it is first wanted
      wholes.set(picture.key, () => (whole ??= decoded(image)));
      add(picture.key, { label: picture.label, content: image,
        async use() {
          reading = true;
          const { x0, size } = await wholes.get(picture.key)();
          if (chosen !== picture.key) return;
          reading = false;
          lab.use({ key: picture.key, x0: lab.averaged(x0, size, 3, size / props.colour), size: props.colour,
            channels: 3, name: picture.label, alt: picture.alt, full: { x0, size } });
          say(`Drawn by our own code, and averaged to ${props.colour} × ${props.colour} pixels here.`);
        } });
    }

    const paper = ex.picture(SIDE, SIDE), easel = find('.easel');
    find('.paper').prepend(paper.canvas);
    const pad = ex.pad(paper.canvas, { side: SIDE, onchange: draw });
    paper.canvas.setAttribute('aria-label',
      'Drawing pad: draw with the mouse or a finger, or move the pen with the arrows and draw with Shift');
    paper.canvas.tabIndex = 0;
    paper.canvas.dataset.keys = 'own';
    const nib = ex.element('span', { class: 'nib', hidden: '' });
    find('.paper').append(nib);
    paper.canvas.addEventListener('explorer:pen', ({ detail }) => {
      nib.hidden = false;
      nib.style.cssText = `left:${(100 * detail.x) / SIDE}%;top:${(100 * detail.y) / SIDE}%`;
    });
    paper.canvas.addEventListener('blur', () => { nib.hidden = true; });
    function draw() {
      paper.show(pad.pixels);
      find('.hint').hidden = !pad.empty;
      find('.clear').disabled = pad.empty;
      lab.use({ key: 'draw', x0: unit(pad.pixels, SIDE * SIDE), size: SIDE, channels: 1,
        name: 'your drawing', alt: pad.empty ? 'plain black' : 'your own drawing' });
      say(pad.empty ? 'The drawing is empty, so x₀ is plain black: draw a digit with mouse or finger.'
        : 'Your own digit. It stays in this page.');
    }
    add('draw', { label: 'Draw your own digit', content: ex.element('span', { class: 'pencil' }, 'draw'),
      use() { easel.hidden = false; pad.active = true; draw(); },
      leave() { easel.hidden = true; pad.active = false; } });
    find('.clear').onclick = () => { pad.clear(); paper.canvas.focus(); };

    ex.state.register('forward.drawing', {
      get: () => (pad.empty ? null : ex.state.pack(shortened(pad.pixels))),
      set(text) { pad.pixels.set(lengthened(ex.state.unpack(text), SIDE * SIDE)); },
    });
    paper.canvas.dataset.share = 'forward.drawing';

    Object.assign(ex.sources, { add, choose, say, unit, whole: (key) => wholes.get(key)(), waiting: () => reading });
    ex.sources.ready = true;
    document.dispatchEvent(new Event('explorer:sources'));
    choose(props.start);
    ex.state.scan(); // what a link asks for, before anything is drawn
  };
})(window.explorer);
