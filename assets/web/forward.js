'use strict';
// The Forward tab. x_t = alpha x0 + sigma eps is computed here, for each drawn frame, from one
// picture, one noise and the table of the schedule; nothing is asked of the server.
(function (ex) {
  const PARTS = ['xt', 'signal', 'noise'];
  const ALT = { xt: 'Noisy picture', signal: 'Its signal part', noise: 'Its noise part' };

  // One part of the equation as grey bytes: value v becomes (v / span + 1) * 127.5, clipped.
  function shade(bytes, span, value) {
    for (let i = 0; i < bytes.length; i++) bytes[i] = (value(i) / span + 1) * 127.5; // rounds, clips
  }

  function numbers(root, find, { alpha, sigma, text }) {
    const snr = sigma ? (alpha / sigma) ** 2 : Infinity, share = 100 * alpha * alpha;
    find('.alpha').textContent = ex.four(alpha);
    find('.sigma').textContent = ex.four(sigma);
    find('.n-alpha-bar').textContent = ex.four(alpha * alpha);
    find('.n-snr').textContent = ex.show(snr);
    const db = 10 * Math.log10(snr);
    find('.n-db').textContent = Number.isFinite(db) ? db.toFixed(1).replace('-', '−') + ' dB' : ex.show(db) + ' dB';
    find('.share-signal').style.width = share + '%';
    find('.legend .signal').textContent = 'ᾱ: ' + share.toFixed(1) + ' % signal';
    find('.legend .noise').textContent = '1 − ᾱ: ' + (100 - share).toFixed(1) + ' % noise';
    find('.share').setAttribute('aria-label',
      `${share.toFixed(1)} % of the variance is signal, ${(100 - share).toFixed(1)} % noise, at ${text}`);
  }

  // Thumbnails of the gallery and a tile for drawing: one radio group, so arrows move in it.
  function sources(host, gallery, choose) {
    const tile = (content, value, label) => {
      const input = ex.element('input', { type: 'radio', name: 'forward-source', value, 'aria-label': label,
        onchange: () => choose(value) });
      return ex.element('label', { class: 'tile', title: label }, input, content);
    };
    const tiles = gallery.labels.map((label, i) => {
      const picture = ex.picture(gallery.size, gallery.size);
      picture.show(gallery.pixels, i * gallery.size ** 2);
      return tile(picture.canvas, String(i), 'Gallery: a ' + label);
    });
    host.append(...tiles, tile(ex.element('span', { class: 'pencil' }, 'draw'), 'draw', 'Draw your own digit'));
  }

  function schedules(host, names, choose) {
    for (const [key, name] of Object.entries(names)) {
      const input = ex.element('input', { type: 'radio', name: 'forward-schedule', value: key, onchange: () => choose(key) });
      host.append(ex.element('label', { class: 'chip' }, input, ex.swatch(key), name));
    }
  }

  ex.forward = function (element, props) {
    const root = element.querySelector('.forward'), find = (selector) => root.querySelector(selector);
    const { gallery, noises, names } = props.value, n = gallery.size ** 2;
    gallery.pixels = ex.bytes(gallery.sheet);
    const eps = noises.map(ex.halves), tables = ex.schedules;
    const state = { source: '4', schedule: 'linear', seed: 0, span: 1.5 };
    const screens = {}, bytes = {}, x0 = new Float64Array(n);
    for (const part of PARTS) {
      screens[part] = ex.picture(gallery.size, gallery.size);
      bytes[part] = new Uint8ClampedArray(n);
      find(`[data-part=${part}]`).prepend(screens[part].canvas);
    }

    const pad = ex.pad(screens.xt.canvas, { side: gallery.size, onchange: refill });
    const draw = ex.oncePerFrame(paint);
    const transport = ex.transport(find('.controls'), {
      name: 'Time t', label: (t) => 't = ' + t, onmove: draw,
    });

    function paint() {
      const t = transport.position, table = tables[state.schedule], noise = eps[state.seed];
      const alpha = table.alpha[t], sigma = table.sigma[t], text = `t = ${t}, ${names[state.schedule]} schedule`;
      shade(bytes.xt, state.span, (i) => alpha * x0[i] + sigma * noise[i]);
      shade(bytes.signal, state.span, (i) => alpha * x0[i]);
      shade(bytes.noise, state.span, (i) => sigma * noise[i]);
      for (const part of PARTS) {
        screens[part].show(bytes[part]);
        screens[part].canvas.setAttribute('aria-label', `${ALT[part]} at ${text}`);
      }
      numbers(root, find, { alpha, sigma, text });
      ex.announce(element, 'position', { player: 'forward', position: t, label: text, count: 1001 });
    }

    function refill() {
      const own = state.source === 'draw', offset = own ? 0 : Number(state.source) * n;
      const grey = own ? pad.pixels : gallery.pixels;
      for (let i = 0; i < n; i++) x0[i] = grey[offset + i] / 127.5 - 1;
      pad.active = own;
      find('.hint').hidden = !own || !pad.empty;
      find('.clear').hidden = !own || pad.empty;
      find('.origin').textContent = !own ? gallery.note : pad.empty
        ? 'The drawing is empty, so x₀ is plain black: draw a digit on the large picture with mouse or finger.'
        : 'Your own digit. You can draw at any t; the ink goes into x₀, under the noise.';
      draw();
    }

    // A new drawing starts at t = 0, where x_t is x0 itself, with all of the paper in sight.
    function pick() {
      if (state.source === 'draw') screens.xt.canvas.scrollIntoView({ block: 'nearest' });
      if (state.source === 'draw' && pad.empty) transport.seek(0);
      refill();
    }

    const change = (key, then) => (value) => { state[key] = value; then(); };
    sources(find('.thumbs'), gallery, change('source', pick));
    schedules(find('.schedules'), names, change('schedule', draw));
    find('.seed').append(...noises.map((_, i) => ex.element('option', { value: i }, String(i))));
    find('.seed').onchange = (event) => change('seed', draw)(Number(event.target.value));
    find('.span').onchange = (event) => change('span', draw)(Number(event.target.value));
    find(`[name=forward-source][value="${state.source}"]`).checked = true;
    find(`[name=forward-schedule][value=${state.schedule}]`).checked = true;
    find('.span').value = String(state.span);
    find('.clear').onclick = () => { pad.clear(); root.focus(); };
    root.addEventListener('keydown', transport.key);
    transport.set(tables.linear.alpha.length, props.value.start, 8);
    refill();
  };
})(window.explorer);
