'use strict';
// "Take it apart": nudge or zero a channel, paint noise into cells. The server decodes what results;
// of changes that come while it works, the last.
(function (ex) {
  const SIDE = 64, CELLS = 16, CORNER = 4; // cells a side of a corner
  const CORNERS = { 'top left': [0, 0], 'top right': [1, 0], 'bottom left': [0, 1], 'bottom right': [1, 1] };
  const signed = (v) => (v > 0 ? '+' : '') + v.toFixed(1).replace('-', '−');

  const same = (a, b) => ['nudge', 'zero', 'cells', 'seed'].every((key) => String(a[key]) === String(b[key]));

  ex.latentApart = function (element, props, watch, send) {
    const root = element.querySelector('.latent-apart'), find = (selector) => root.querySelector(selector);
    const edit = { nudge: [0, 0, 0, 0], zero: [false, false, false, false], seed: 0 };
    const noisy = new Uint8Array(CELLS * CELLS), knobs = [];
    let paint = 255, loaded = false, first = '', wanted = null; // edits: what it opens with; what a link asks for

    const shows = { intact: ex.picture(SIDE, SIDE, 3), altered: ex.picture(SIDE, SIDE, 3), difference: ex.picture(SIDE, SIDE) };
    for (const [name, { canvas }] of Object.entries(shows)) find('.' + name).prepend(canvas);

    const latent = ex.latentChannels(find('.knobs'), (k) => {
      const range = ex.element('input', { type: 'range', min: -3, max: 3, step: 0.1, value: 0, 'aria-label': `Nudge channel ${k + 1}, standard deviations`,
        oninput: () => { edit.nudge[k] = Number(range.value); change(); } });
      const output = ex.element('output', {}, '0'), box = ex.element('input', { type: 'checkbox',
        onchange: () => { edit.zero[k] = box.checked; change(); } });
      knobs.push({ range, output, box });
      return [ex.element('div', { class: 'knob' }, range, output), ex.element('label', { class: 'zeroed' }, box, 'set to 0')];
    });
    const overlays = [], grids = latent.canvases.map((canvas) => {
      const grid = ex.latentCells(canvas, { onlook: (x, y) => grids.forEach(({ mark }) => mark(x, y)), onpaint });
      const border = document.createElementNS('http://www.w3.org/2000/svg', 'path');
      const over = document.createElementNS(border.namespaceURI, 'svg');
      over.setAttribute('viewBox', `0 0 ${CELLS} ${CELLS}`);
      over.setAttribute('class', 'border');
      over.setAttribute('aria-hidden', 'true');
      over.append(border);
      grid.frame.append(over);
      overlays.push(border);
      return grid;
    });

    const corners = Object.entries(CORNERS).map(([name, [right, low]]) => {
      const button = ex.element('button', { type: 'button', class: 'chip', 'aria-pressed': 'false', onclick: () => {
        const fill = button.getAttribute('aria-pressed') === 'true' ? 0 : 255;
        for (const i of cellsOf(right, low)) noisy[i] = fill;
        change();
      } }, name);
      return { button, cells: cellsOf(right, low) };
    });
    find('.corners').append(...corners.map(({ button }) => button));

    function cellsOf(right, low) {
      return Array.from({ length: CORNER * CORNER }, (_, i) =>
        (low * (CELLS - CORNER) + Math.floor(i / CORNER)) * CELLS + right * (CELLS - CORNER) + (i % CORNER));
    }

    // The first cell of a stroke says whether the stroke puts noise or takes it away.
    function onpaint(x, y, begins) {
      const at = y * CELLS + x;
      if (begins) paint = noisy[at] ? 0 : 255;
      grids.forEach(({ mark }) => mark(x, y));
      if (noisy[at] === paint) return;
      noisy[at] = paint;
      change();
    }

    const pristine = () => !noisy.some(Boolean) && !edit.zero.some(Boolean) && !edit.nudge.some(Boolean);
    const now = () => ({ ...edit, cells: [...noisy.keys()].filter((i) => noisy[i]) });
    // One question at a time; its answer asks again if the desk has changed since. A question that
    // is never answered, such as one the server refused, is given up.
    const GIVE_UP = 5000; // ms
    let sent = -Infinity;
    const ask = ex.oncePerFrame(() => {
      if (same(now(), props.value.edit) || performance.now() - sent < GIVE_UP) return;
      sent = performance.now();
      send(now());
    });

    // What the chapter opens with is done by the server.
    function adopt({ nudge, zero, seed, cells }) {
      Object.assign(edit, { nudge: [...nudge], zero: [...zero], seed });
      noisy.fill(0);
      cells.forEach((i) => { noisy[i] = 255; });
    }

    // All changes as text for a link: tenths of the nudges; which are 0; the seed; the cells, a bit each.
    function written() {
      const bits = new Uint8Array(noisy.length / 8);
      noisy.forEach((v, i) => { if (v) bits[i >> 3] |= 1 << (i & 7); });
      return [edit.nudge.map((v) => Math.round(10 * v)), edit.zero.map(Number).join(''), edit.seed,
        noisy.some(Boolean) ? ex.state.pack(bits) : ''].join(';');
    }

    function taken(text) {
      const [nudge, zero, seed, cells] = text.split(';'), bits = ex.state.unpack(cells);
      return { nudge: nudge.split(',').map((v) => Math.max(-3, Math.min(3, v / 10))), zero: [...zero].map((v) => v === '1'),
        seed: Number(seed), cells: [...noisy.keys()].filter((i) => bits[i >> 3] & (1 << (i & 7))) };
    }

    const within = (c) => c >= 0 && c < CELLS;
    const painted = (x, y) => within(x) && within(y) && noisy[y * CELLS + x] > 0;

    function look() {
      knobs.forEach(({ range, output, box }, k) => {
        range.value = edit.nudge[k];
        output.textContent = edit.nudge[k] ? signed(edit.nudge[k]) : '0';
        box.checked = edit.zero[k];
      });
      overlays.forEach((border) => border.setAttribute('d', ex.edges(painted, CELLS)));
      for (const { button, cells } of corners) button.setAttribute('aria-pressed', String(cells.every((i) => noisy[i])));
      find('.other').disabled = !noisy.some(Boolean);
      find('.undo').disabled = pristine();
    }

    function change() { look(); ask(); }

    find('.other').onclick = () => { edit.seed += 1; change(); };
    find('.undo').onclick = () => {
      noisy.fill(0);
      edit.nudge.fill(0);
      edit.zero.fill(false);
      change();
    };

    function load() {
      const got = props.value;
      root.hidden = !got || !got.latent;
      if (root.hidden) return;
      if (!loaded) {
        adopt(got.edit);
        first = written();
        if (wanted) adopt(wanted);
      }
      loaded = true;
      latent.show(ex.bytes(got.latent.rgb));
      for (const name of Object.keys(shows)) shows[name].show(ex.bytes(got[name]));
      latent.canvases.forEach((canvas, k) => canvas.setAttribute('aria-label',
        `Channel ${k + 1} of the latent as it is decoded. Arrows move over its cells, Space paints noise.`));
      shows.intact.canvas.setAttribute('aria-label', 'The picture decoded from the intact latent');
      shows.altered.canvas.setAttribute('aria-label', `The picture decoded from the changed latent, ${got.apart} greys away`);
      shows.difference.canvas.setAttribute('aria-label', 'Where the two differ: black nowhere, white 32 greys or more');
      find('.apart').textContent = got.apart ? `${got.apart} greys away (rms)` : 'nothing yet';
      find('.said').textContent = got.said;
      look();
      sent = -Infinity;
      ask(); // a new picture comes with the first change, and then gets the one on the desk
    }
    ex.state.register('latent.edits', { set(text) { wanted = taken(text); },
      get: () => (!loaded ? undefined : written() === first ? null : written()) });
    watch('value', load);
    load();
    look();
  };
})(window.explorer);
