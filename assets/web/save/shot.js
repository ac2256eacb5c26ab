'use strict';
// What a widget shows, as a picture of twice the size: its drawings, pictures, legends and captions
// where they stand on the page, without what is only there to be pressed.
//
//   shot(root, {title, about, scale, like}) -> Promise of a canvas, of the size of `like` if given
(function (ex) {
  const EDGE = 16, HEAD = 30, LINE = 16, ROOM = 24;
  const CONTROLS = '.saves, .transport, .sticky, input:not([type=checkbox]), select, textarea, button.visit, summary, details:not([open]), .explorer-code, script, style, [data-unsaved]';
  const STYLES = ['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-opacity', 'stroke-linecap',
    'stroke-linejoin', 'opacity', 'font-family', 'font-size', 'font-weight', 'font-style', 'text-anchor', 'visibility',
    'display', 'paint-order', 'dominant-baseline', 'image-rendering', 'transform', 'transform-origin', 'transform-box'];

  const groundOf = (page) => page.getPropertyValue('--body-background-fill').trim() || '#ffffff';

  // A copy of an SVG that looks the same outside the page: the rules of our CSS inside it.
  function copy(svg) {
    const twin = svg.cloneNode(true), { width, height } = svg.getBoundingClientRect();
    const from = [svg, ...svg.querySelectorAll('*')], to = [twin, ...twin.querySelectorAll('*')];
    from.forEach((node, k) => {
      const style = getComputedStyle(node);
      for (const name of STYLES) {
        const value = style.getPropertyValue(name);
        if (value && !(name === 'transform' && (value === 'none' || node.hasAttribute('transform')))) to[k].style.setProperty(name, value);
      }
    });
    twin.setAttribute('width', width);
    twin.setAttribute('height', height);
    twin.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
    return new XMLSerializer().serializeToString(twin);
  }

  async function drawSvg(context, svg, box) {
    const image = new Image();
    image.src = 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(copy(svg));
    await image.decode();
    context.drawImage(image, box.x, box.y, box.width, box.height);
  }

  // Words of a text one by one, as the page has wrapped them.
  function drawText(context, node, place) {
    const style = getComputedStyle(node.parentElement), range = document.createRange();
    context.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    context.fillStyle = style.color;
    for (const found of node.data.matchAll(/\S+/g)) {
      range.setStart(node, found.index);
      range.setEnd(node, found.index + found[0].length);
      const { x, y, height } = place(range.getBoundingClientRect());
      const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = context.measureText(found[0]);
      context.fillText(style.textTransform === 'uppercase' ? found[0].toUpperCase() : found[0], x, y + (height - up - down) / 2 + up);
    }
  }

  // A colour bar: from left to right, its colours evenly.
  function gradient(context, { backgroundImage }, x, width) {
    const colours = backgroundImage.startsWith('linear-gradient(to right') && backgroundImage.match(/rgba?\([^)]*\)/g);
    if (!colours) return null;
    const made = context.createLinearGradient(x, 0, x + width, 0);
    colours.forEach((colour, k) => made.addColorStop(k / (colours.length - 1), colour));
    return made;
  }

  // A box, full and with a tick where it is checked.
  function drawCheck(context, accent, { x, y, width, height }, checked) {
    const page = getComputedStyle(document.body), at = (across, down) => [x + across * width, y + down * height];
    context.beginPath();
    context.roundRect(x + 1, y + 1, width - 2, height - 2, 2);
    context.lineWidth = 1;
    context.strokeStyle = context.fillStyle = checked && accent !== 'auto' ? accent : page.color;
    context.stroke();
    if (!checked) return;
    context.fill();
    context.beginPath();
    context.moveTo(...at(0.25, 0.52));
    context.lineTo(...at(0.43, 0.7));
    context.lineTo(...at(0.76, 0.3));
    context.lineWidth = 2;
    context.strokeStyle = groundOf(page);
    context.stroke();
  }

  // Ground and border of an element that has one.
  function drawBox(context, style, { x, y, width, height }) {
    context.fillStyle = gradient(context, style, x, width) || style.backgroundColor;
    context.fillRect(x, y, width, height);
    const sides = { Top: [x, y, width, 0], Bottom: [x, y + height, width, 0], Left: [x, y, 0, height], Right: [x + width, y, 0, height] };
    for (const [side, [left, top, across, down]] of Object.entries(sides)) {
      const thick = parseFloat(style[`border${side}Width`]);
      if (!thick || style[`border${side}Style`] === 'none') continue;
      context.fillStyle = style[`border${side}Color`];
      context.fillRect(left - (side === 'Right' ? thick : 0), top - (side === 'Bottom' ? thick : 0), across || thick, down || thick);
    }
  }

  async function drawNode(context, node, place) {
    if (node.nodeType === Node.TEXT_NODE) { if (node.data.trim()) drawText(context, node, place); return; }
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches(CONTROLS)) return;
    const style = getComputedStyle(node), rect = node.getBoundingClientRect();
    if (style.display === 'none' || style.visibility === 'hidden' || style.opacity === '0') return;
    if (rect.width <= 1 && rect.height <= 1 && style.display !== 'contents') return; // for screen readers only
    const box = place(rect);
    context.globalAlpha = Number(style.opacity);
    if (node.tagName === 'INPUT') drawCheck(context, style.accentColor, box, node.checked);
    else drawBox(context, style, box);
    if (node.tagName === 'CANVAS') {
      context.imageSmoothingEnabled = style.imageRendering !== 'pixelated';
      context.drawImage(node, box.x, box.y, box.width, box.height);
    } else if (node.tagName === 'IMG') context.drawImage(node, box.x, box.y, box.width, box.height);
    else if (node.tagName === 'svg') await drawSvg(context, node, box);
    else for (const child of node.childNodes) await drawNode(context, child, place);
    context.globalAlpha = 1;
  }

  ex.shot = async function (root, { title, about, scale = 2, like = null }) {
    const around = root.getBoundingClientRect(), foot = root.querySelector('.saves')?.getBoundingClientRect().height || 0;
    const style = getComputedStyle(document.body), canvas = document.createElement('canvas'), context = canvas.getContext('2d');
    const font = (text) => `${text} ${style.fontFamily}`;
    const width = Math.max(around.width, 320) + 2 * EDGE;
    context.font = font('11px');
    const said = ex.wrapped(context, about, width - 2 * EDGE);
    const height = HEAD + (around.height - foot) + 8 + LINE * said.length + 2 * EDGE;
    canvas.width = like?.width || Math.ceil(width * scale);
    canvas.height = like?.height || Math.ceil(height * scale);
    context.scale(scale, scale);
    context.fillStyle = groundOf(style);
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.fillStyle = style.color;
    context.font = font('600 15px');
    context.fillText(title, EDGE, EDGE + 13);
    const place = ({ x, y, width: w, height: h }) => ({ x: x - around.x + EDGE, y: y - around.y + EDGE + HEAD, width: w, height: h });
    for (const child of root.childNodes) await drawNode(context, child, place);
    context.globalAlpha = 0.75;
    context.fillStyle = style.color;
    context.font = font('11px');
    said.forEach((line, k) => context.fillText(line, EDGE, height - EDGE + 4 - LINE * (said.length - 1 - k)));
    return canvas;
  };

  // The same without the room that controls leave: of rows of one colour, at most so many follow each other.
  ex.tightened = function (canvas, most = 2 * ROOM) {
    const { width, height } = canvas, context = canvas.getContext('2d');
    const points = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer), kept = [];
    let empty = 0;
    for (let y = 0; y < height; y++) {
      const row = points.subarray(y * width, (y + 1) * width);
      empty = row.every((point) => point === points[0]) ? empty + 1 : 0; // the corner is ground
      if (empty <= most) kept.push(y);
    }
    const made = ex.element('canvas', { width, height: kept.length }), into = made.getContext('2d');
    for (let from = 0; from < kept.length;) { // in bands
      let to = from + 1;
      while (to < kept.length && kept[to] === kept[to - 1] + 1) to++;
      into.drawImage(canvas, 0, kept[from], width, to - from, 0, from, width, to - from);
      from = to;
    }
    return made;
  };
})(window.explorer);
