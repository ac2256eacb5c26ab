'use strict';
// What a widget shows, as a picture of twice the size: its drawings, pictures, legends and captions
// where they stand on the page, without what is only there to be pressed.
//
//   shot(root, {title, about, scale, like}) -> Promise of a canvas, of the size of `like` if given
(function (ex) {
  const EDGE = 16, HEAD = 30, LINE = 16;
  const CONTROLS = '.saves, .transport, .sticky, input, select, textarea, button.visit, summary, .explorer-code, script, style, [data-unsaved]';
  const STYLES = ['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-opacity', 'stroke-linecap',
    'stroke-linejoin', 'opacity', 'font-family', 'font-size', 'font-weight', 'font-style', 'text-anchor', 'visibility',
    'display', 'paint-order', 'dominant-baseline', 'image-rendering', 'transform', 'transform-origin', 'transform-box'];

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

  // Ground and border of an element that has one.
  function drawBox(context, style, { x, y, width, height }) {
    if (!/, 0\)$|transparent/.test(style.backgroundColor)) {
      context.fillStyle = style.backgroundColor;
      context.fillRect(x, y, width, height);
    }
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
    drawBox(context, style, box);
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
    context.fillStyle = style.getPropertyValue('--body-background-fill').trim() || '#ffffff';
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
})(window.explorer);
