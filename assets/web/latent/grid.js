'use strict';
// The cells of a latent, 16 x 16 unless said otherwise, laid over any picture of it: a mark, looking
// and painting. With as many cells as pixels, the pixels of a picture.
(function (ex) {
  const CELLS = 16;

  // latentCells(canvas, {onlook(x, y), onpaint(x, y, begins), cells}) -> {frame, mark(x, y)}; cells a side
  // The pointer looks as it moves; the arrows too. Where onpaint is given, dragging and Space paint.
  ex.latentCells = function (canvas, { onlook, onpaint = null, cells = CELLS }) {
    const spot = ex.element('span', { class: 'pick', hidden: '' });
    const frame = ex.element('span', { class: 'pickable' });
    canvas.replaceWith(frame);
    frame.append(canvas, spot);
    canvas.tabIndex = 0;
    canvas.dataset.keys = 'own';
    canvas.classList.toggle('pad', Boolean(onpaint));
    let at = [cells / 2, cells / 2];
    const within = (v) => Math.max(0, Math.min(cells - 1, v));

    function mark(x, y) {
      at = [x, y];
      spot.hidden = false;
      spot.style.cssText = `left:${(100 * x) / cells}%;top:${(100 * y) / cells}%;width:${100 / cells}%;height:${100 / cells}%`;
    }

    function place(event) {
      const box = canvas.getBoundingClientRect();
      return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]
        .map((share) => within(Math.floor(share * cells)));
    }

    canvas.addEventListener('pointerdown', (event) => {
      if (!onpaint) return onlook(...place(event));
      canvas.setPointerCapture(event.pointerId);
      onpaint(...place(event), true);
    });
    canvas.addEventListener('pointermove', (event) => {
      const [x, y] = place(event);
      if (onpaint && canvas.hasPointerCapture(event.pointerId)) onpaint(x, y, false);
      onlook(x, y);
    });
    canvas.addEventListener('keydown', (event) => {
      const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (move) onlook(within(at[0] + move[0]), within(at[1] + move[1]));
      else if (onpaint && (event.key === ' ' || event.key === 'Enter')) onpaint(...at, true);
      else return;
      event.preventDefault();
    });
    return { frame, mark };
  };

  // The four channels as canvases of a host; show(rgb bytes of all four).
  ex.latentChannels = function (host, add = () => []) {
    const pictures = [0, 1, 2, 3].map(() => ex.picture(CELLS, CELLS, 3));
    host.replaceChildren(...pictures.map(({ canvas }, k) => ex.element('figure', { class: 'screen' },
      canvas, ex.element('figcaption', {}, ex.element('b', {}, `channel ${k + 1}`)), ...add(k))));
    return { canvases: pictures.map(({ canvas }) => canvas),
      show: (rgb) => pictures.forEach((picture, k) => picture.show(rgb, 3 * CELLS * CELLS * k)) };
  };
})(window.explorer);
