'use strict';
// Choosing a pixel of a picture: with mouse or touch, or with the arrow keys and Enter.
(function (ex) {
  ex.pickable = function (canvas, onpick) {
    const { width, height } = canvas;
    const mark = ex.element('span', { class: 'pick', hidden: '' });
    const frame = ex.element('span', { class: 'pickable' });
    canvas.replaceWith(frame);
    frame.append(canvas, mark);
    canvas.tabIndex = 0;
    canvas.dataset.keys = 'own';
    let x = width >> 1, y = height >> 1;

    function show(toX, toY) {
      x = Math.max(0, Math.min(width - 1, toX));
      y = Math.max(0, Math.min(height - 1, toY));
      mark.hidden = false;
      mark.style.cssText = `left:${(100 * x) / width}%;top:${(100 * y) / height}%;` +
        `width:${100 / width}%;height:${100 / height}%`;
    }

    canvas.addEventListener('click', (event) => {
      const box = canvas.getBoundingClientRect();
      show(Math.floor(((event.clientX - box.left) / box.width) * width),
        Math.floor(((event.clientY - box.top) / box.height) * height));
      onpick(x, y);
    });
    canvas.addEventListener('keydown', (event) => {
      const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
      if (event.key in moves) show(x + moves[event.key][0], y + moves[event.key][1]);
      else if (event.key === 'Enter' || event.key === ' ') { show(x, y); onpick(x, y); }
      else return;
      event.preventDefault();
    });
    return { show };
  };
})(window.explorer);
