'use strict';
// "Encode": a picture, its latent, what comes back, and the error. Pointing at a place marks the
// same cell in all of them and reads its four numbers. Nothing is asked of the server.
(function (ex) {
  const SIDE = 64, CELLS = 16, PATCH = SIDE / CELLS;

  ex.latentEncode = function (element, props, watch) {
    const root = element.querySelector('.latent-encode'), find = (selector) => root.querySelector(selector);
    const x = ex.picture(SIDE, SIDE, 3), back = ex.picture(SIDE, SIDE, 3), error = ex.picture(SIDE, SIDE);
    const alts = { x: 'The picture', back: 'The picture made again from its latent',
      error: 'The error of the reconstruction: black none, white 32 greys or more' };
    let values = null, cell = [8, 8];
    for (const [name, picture] of Object.entries({ x, back, error })) {
      find('.' + name).prepend(picture.canvas);
      picture.canvas.setAttribute('aria-label', `${alts[name]}. Arrows move over the cells of the latent.`);
    }
    const latent = ex.latentChannels(find('.channels'));
    const all = [x, back, error].map(({ canvas }) => canvas).concat(latent.canvases);
    const grids = all.map((canvas) => ex.latentCells(canvas, { onlook: look }));

    function look(column, row) {
      cell = [column, row];
      grids.forEach(({ mark }) => mark(column, row));
      const numbers = [0, 1, 2, 3].map((k) => values[(k * CELLS + row) * CELLS + column].toFixed(2).replace('-', '−'));
      find('.reading').textContent = `The cell in row ${row + 1}, column ${column + 1} is ${numbers.join(', ')}: four numbers for ` +
        `its ${PATCH} × ${PATCH} pixels, which are 48.`;
    }

    function load() {
      const got = props.value;
      root.hidden = !got || !got.latent;
      if (root.hidden) return;
      values = ex.floats(got.latent.values);
      x.show(ex.bytes(got.picture));
      back.show(ex.bytes(got.back));
      error.show(ex.bytes(got.error));
      latent.show(ex.bytes(got.latent.rgb));
      latent.canvases.forEach((canvas, k) => canvas.setAttribute('aria-label', `Channel ${k + 1} of the latent, 16 × 16 cells, ` +
        `standard deviation ${got.deviations[k]}. Arrows move over the cells.`));
      find('.psnr').textContent = `PSNR ${got.psnr === null ? '∞' : got.psnr.toFixed(1)} dB`;
      find('.verdict').textContent = got.verdict;
      find('.spread').textContent = `here the channels’ deviations are ${got.deviations.join(', ')}, and the largest value is ${got.largest}.`;
      look(...cell);
    }
    ex.state.register('latent.cell', { set(text) { cell = ex.state.pair(text).map((v) => Math.min(CELLS - 1, v)); },
      get: () => (cell.join() === '8,8' ? null : cell.join()) });
    watch('value', load);
    load();
  };
})(window.explorer);
