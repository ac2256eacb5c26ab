'use strict';
// A picture of the plane, [-half, half]², on a canvas: densities, points, arrows and paths.
// plane({half, label}) -> {canvas, describe(text), begin(), density(...), dots(...), arrows(...), path(...), at(event)}
// Points are flat arrays x, y, x, y, ...; `ink` is a name of the palette, or a CSS colour.
(function (ex) {
  const SIDE = 640; // device pixels

  // {shape, halves} of Python's `packed` -> {shape, values}
  ex.unpacked = ({ shape, halves }) => ({ shape, values: ex.halves(halves) });

  ex.plane = function ({ half, label }) {
    const canvas = ex.element('canvas', { role: 'img', width: SIDE, height: SIDE, class: 'plane', 'aria-label': 'Not drawn yet' });
    const context = canvas.getContext('2d'), k = SIDE / (2 * half);
    const inks = new Map();
    let drawn = []; // since the last begin: [what, ink, number, x, y, u, v]
    const place = (x, y) => [(x + half) * k, (half - y) * k];

    function colour(ink) {
      if (!ink) ink = 'body-text-color-subdued';
      if (!inks.has(ink)) inks.set(ink, getComputedStyle(canvas).getPropertyValue('--' + ink).trim() || ink);
      return inks.get(ink);
    }

    function begin() {
      drawn = [];
      inks.clear(); // light or dark may have changed
      context.globalAlpha = 1;
      context.clearRect(0, 0, SIDE, SIDE);
    }

    // size x size bytes from `offset`, as more or less of one ink.
    function density({ size, values }, offset = 0, ink = 'signal', strength = 0.55) {
      const sheet = document.createElement('canvas');
      sheet.width = sheet.height = size;
      const small = sheet.getContext('2d'), image = small.createImageData(size, size);
      small.fillStyle = colour(ink);
      small.fillRect(0, 0, 1, 1);
      const [r, g, b] = small.getImageData(0, 0, 1, 1).data;
      for (let i = 0; i < size * size; i++) image.data.set([r, g, b, strength * 255 * Math.sqrt(values[offset + i] / 255)], 4 * i);
      small.putImageData(image, 0, 0);
      context.imageSmoothingEnabled = true;
      context.drawImage(sheet, 0, 0, SIDE, SIDE);
    }

    function dots(points, { from = 0, count = points.length / 2 - from, ink, radius = 4, alpha = 0.85 }) {
      context.globalAlpha = alpha;
      context.fillStyle = colour(ink);
      context.beginPath();
      for (let i = from; i < from + count; i++) {
        const [x, y] = place(points[2 * i], points[2 * i + 1]);
        drawn.push(['point', ink, i - from + 1, points[2 * i], points[2 * i + 1]]);
        context.moveTo(x + radius, y);
        context.arc(x, y, radius, 0, 7);
      }
      context.fill();
      context.globalAlpha = 1;
    }

    // An arrow at each cell; the longest, `longest` or of these, is as long as `reach`, in units of the plane.
    // back: the share of an arrow that lies before its cell; 0 starts there, a half is centred.
    function arrows(cells, vectors, { from = 0, ink, reach, longest, width = 2.5, back = 0.5 }) {
      const count = cells.length / 2, size = (i) => Math.hypot(vectors[2 * (from + i)], vectors[2 * (from + i) + 1]);
      let most = longest || 0;
      if (!most) for (let i = 0; i < count; i++) most = Math.max(most, size(i));
      context.strokeStyle = context.fillStyle = colour(ink);
      context.lineWidth = width;
      context.beginPath();
      for (let i = 0; i < count; i++) {
        const u = vectors[2 * (from + i)], v = vectors[2 * (from + i) + 1], long = Math.hypot(u, v);
        if (!(long > most * 0.004)) continue;
        const l = (reach * k * Math.min(1, long / most)), dx = (u / long) * l, dy = (-v / long) * l, head = Math.min(10, 0.45 * l);
        drawn.push(['arrow', ink, i + 1, cells[2 * i], cells[2 * i + 1], u, v]);
        const [x, y] = place(cells[2 * i], cells[2 * i + 1]), tipX = x + dx * (1 - back), tipY = y + dy * (1 - back), turn = Math.atan2(dy, dx);
        context.moveTo(x - dx * back, y - dy * back);
        context.lineTo(tipX, tipY);
        for (const side of [2.6, -2.6]) {
          context.moveTo(tipX, tipY);
          context.lineTo(tipX + head * Math.cos(turn + side), tipY + head * Math.sin(turn + side));
        }
      }
      context.stroke();
    }

    // A line through `count` points, `stride` numbers apart.
    function path(points, { from = 0, stride = 2, count, ink, width = 3, alpha = 1 }) {
      context.globalAlpha = alpha;
      context.strokeStyle = colour(ink);
      context.lineWidth = width;
      context.lineJoin = 'round';
      context.beginPath();
      for (let i = 0; i < count; i++) {
        const [x, y] = [points[from + i * stride], points[from + i * stride + 1]];
        drawn.push(['line', ink, i + 1, x, y]);
        context.lineTo(...place(x, y));
      }
      context.stroke();
      context.globalAlpha = 1;
    }

    function at(event) {
      const box = canvas.getBoundingClientRect();
      return [((event.clientX - box.left) / box.width) * 2 * half - half, half - ((event.clientY - box.top) / box.height) * 2 * half];
    }

    ex.numbers(canvas, () => [{ name: canvas.getAttribute('aria-label'), columns: ['what', 'colour', 'number', 'x', 'y', 'u', 'v'], rows: drawn }]);
    const describe = (text) => canvas.setAttribute('aria-label', `${label}: ${text}`);
    return { canvas, describe, begin, density, dots, arrows, path, at };
  };

  // Numbers of a density as Python packs them.
  ex.shade = ({ size, bytes }) => ({ size, values: ex.bytes(bytes) });

  // A row of native radio buttons that look like chips; onpick(value) when one is chosen.
  ex.chips = function (host, { name, label, options, value, onpick }) {
    const field = ex.element('fieldset', { 'aria-label': label, class: 'chips-row' });
    for (const [key, text] of options) {
      const input = ex.element('input', { type: 'radio', name, value: key, onchange: () => onpick(key) });
      input.checked = key === value;
      field.append(ex.element('label', { class: 'chip' }, input, text));
    }
    host.append(field);
    return field;
  };

  // What all chapters do: fill when the value comes, redraw when the ground turns dark or light.
  ex.truth = function (element, props, watch, { load, draw }) {
    const root = element.querySelector('.truth'), empty = root.querySelector('.empty'), body = root.querySelector('.body');
    function fill() {
      empty.hidden = Boolean(props.value);
      empty.textContent = props.empty;
      body.hidden = !props.value;
      if (!props.value) return;
      load(props.value);
      const about = root.querySelector('.about');
      if (about && props.value.about) about.textContent = props.value.about;
    }
    document.addEventListener('explorer:look', () => props.value && draw());
    watch('value', fill);
    fill();
    return root;
  };
})(window.explorer);
