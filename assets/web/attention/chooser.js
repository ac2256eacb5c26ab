'use strict';
// Layers and heads to choose from, each with its own map.
(function (ex) {
  // One radio a layer and head, each showing its map, laid out as the network is: a U.
  ex.layerChooser = function (host, layers, group, choose) {
    const rows = layers.filter((layer) => layer.part === 'down').length + 1;
    let ups = layers.filter((layer) => layer.part === 'up').length;
    const seen = { down: 0, middle: 0, up: 0 }, thumbs = [];
    host.replaceChildren(...layers.map((layer, index) => {
      const heads = [...Array(layer.heads).keys(), null];
      const tiles = heads.map((head) => {
        const picture = ex.picture(layer.side, layer.side, 3);
        const caption = head === null ? 'mean' : String(head + 1);
        const input = ex.element('input', { type: 'radio', name: group, value: `${index} ${caption}`,
          'aria-label': `${layer.label}, ${head === null ? 'mean of heads' : 'head ' + caption}`,
          onchange: () => choose(index, head) });
        thumbs.push({ picture, layer, index, head, input });
        picture.canvas.setAttribute('aria-hidden', 'true');
        return ex.element('label', { class: 'thumb' }, input, picture.canvas, ex.element('span', {}, caption));
      });
      const row = layer.part === 'middle' ? rows : layer.part === 'up' ? ups-- : ++seen.down;
      return ex.element('div', { class: 'layer', 'data-part': layer.part, style: `grid-row:${row}` },
        ex.element('b', {}, layer.label), ex.element('div', { class: 'thumbs-row' }, ...tiles));
    }));
    return thumbs;
  };
})(window.explorer);
