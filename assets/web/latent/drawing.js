'use strict';
// A drawing in several colours: the soft brush of pad.js, a layer for each ink, on a flat ground.
// easel(root, {side, onchange}) -> {rgb(): Uint8Array, active}; colours are those of the scenes.
(function (ex) {
  const INKS = { red: [220, 40, 40], orange: [245, 140, 30], yellow: [245, 220, 50], green: [40, 165, 70],
    cyan: [50, 200, 215], blue: [45, 85, 220], purple: [140, 60, 190], pink: [245, 130, 190] };
  const GROUNDS = { black: [12, 12, 12], white: [245, 245, 245], grey: [125, 125, 125], brown: [80, 50, 30] };
  const BRUSH = 2.2; // times as thick as on 28 pixels

  function chips(host, colours, name, first, onchange) {
    host.append(...Object.entries(colours).map(([colour, rgb]) => {
      const input = ex.element('input', { type: 'radio', name, value: colour, 'aria-label': colour, onchange: () => onchange(colour) });
      input.checked = colour === first;
      return ex.element('label', { class: 'ink', title: colour, style: `background:rgb(${rgb})` }, input);
    }));
  }

  ex.latentEasel = function (root, { side, onchange }) {
    const find = (selector) => root.querySelector(selector), picture = ex.picture(side, side, 3);
    const rgb = new Uint8Array(3 * side * side), layers = [];
    let ink = 'yellow', ground = 'black';
    find('.paper').prepend(picture.canvas);
    picture.canvas.setAttribute('aria-label',
      'Drawing pad: draw with the mouse or a finger, or move the pen with the arrows and draw with Shift');
    picture.canvas.tabIndex = 0;
    picture.canvas.dataset.keys = 'own';
    const pad = ex.pad(picture.canvas, { side, brush: BRUSH, onchange: draw });

    function cover(covers, colour) {
      for (let i = 0; i < covers.length; i++) {
        if (!covers[i]) continue;
        for (let c = 0; c < 3; c++) rgb[3 * i + c] += Math.round((covers[i] / 255) * (colour[c] - rgb[3 * i + c]));
      }
    }

    function draw() {
      for (let i = 0; i < rgb.length; i++) rgb[i] = GROUNDS[ground][i % 3];
      for (const layer of layers) cover(layer.covers, INKS[layer.ink]);
      cover(pad.pixels, INKS[ink]);
      picture.show(rgb);
      find('.hint').hidden = layers.length > 0 || !pad.empty;
      onchange(rgb);
    }

    chips(find('.inks'), INKS, 'latent-ink', ink, (colour) => { // what is drawn keeps its colour
      if (!pad.empty) layers.push({ ink, covers: pad.pixels.slice() });
      pad.pixels.fill(0);
      ink = colour;
    });
    chips(find('.grounds'), GROUNDS, 'latent-ground', ground, (colour) => { ground = colour; draw(); });
    find('.clear').onclick = () => { layers.length = 0; pad.clear(); picture.canvas.focus(); };
    return { draw, set active(on) { pad.active = on; } };
  };
})(window.explorer);
