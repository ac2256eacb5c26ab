'use strict';
// Where each block of a U-Net is drawn: in the order of its calls from left to right, as low as its
// resolution is coarse, as wide as its channels, as high as its picture. Numbers only, no DOM.
(function (ex) {
  const LEAST = 5, TOLD = 18; // px: of the narrowest block; height of what is no picture

  // The scale, px a channel, at which blocks of these widths fill `room`, none narrower than LEAST.
  function fitting(channels, room) {
    let low = 0, high = 2;
    const total = (k) => channels.reduce((sum, c) => sum + Math.max(LEAST, c * k), 0);
    for (let i = 0; i < 40; i++) {
      const k = (low + high) / 2;
      if (total(k) > room) high = k; else low = k;
    }
    return low;
  }

  // {boxes: name -> {x, y, w, h}, rows: [{side, y}], wires, skips, width, height}; line: px of a label's
  ex.unetLayout = function (data, width, line) {
    const wide = width >= 620, left = wide ? Math.max(64, 3.4 * line) : 50, gap = wide ? 11 : 4;
    const pictures = data.blocks.filter((block) => block.picture);
    const told = data.blocks.filter((block) => !block.picture);
    const sides = [...new Set(pictures.map((block) => block.given[1]))].sort((a, b) => b - a);
    const tall = (wide ? 118 : 84) / sides[0];
    const k = fitting(pictures.map((b) => b.given[0]), width - left - 4 - gap * (pictures.length - 1));

    const arcs = arcsOf(data, pictures);
    const above = Math.max(0, ...arcs.map((arc) => arc.depth)) * 7 + line + (wide ? 9 : 7);
    const rows = [];
    let y = 0;
    for (const side of sides) {
      const h = Math.max(10, side * tall);
      rows.push({ side, y: y + above + h / 2, h });
      y += above + h;
    }
    const rowOf = (block) => rows[sides.indexOf(block.given[1])];

    const boxes = {};
    let x = left;
    for (const block of pictures) {
      const row = rowOf(block), w = Math.max(LEAST, block.given[0] * k);
      boxes[block.name] = { x, y: row.y - row.h / 2, w, h: row.h };
      x += w + gap;
    }
    const step = (width - left) / Math.max(1, told.length);
    const low = y + 34;
    told.forEach((block, i) => {
      const numbers = block.called ? block.given[block.given.length - 1] : 0;
      const w = Math.max(LEAST, Math.min(step * 0.6, numbers * Math.min(k, 0.5)));
      boxes[block.name] = { x: left + i * step, y: low, w, h: TOLD, label: wide ? block.title.split(':')[0] : block.short, text: Math.min(step, 92) };
    });
    return { boxes, rows, told: low, wide, left, width, height: low + TOLD + 5 + line,
      wires: wiresOf(pictures, boxes), skips: skipsOf(arcs, boxes, wide) };
  };

  // Each skip with its first and last block, and how many others of its row it passes over.
  function arcsOf(data, pictures) {
    const inside = (stage) => pictures.filter((block) => block.name.startsWith(stage + '.'));
    const arcs = data.skips.map((skip) => {
      const source = inside(skip.source), [target] = inside(skip.target);
      return { ...skip, from: source[source.length - 1], to: target };
    });
    for (const arc of arcs) {
      arc.depth = arcs.filter((o) => o.from.given[1] === arc.from.given[1] && pictures.indexOf(o.from) > pictures.indexOf(arc.from)).length;
    }
    return arcs;
  }

  function skipsOf(arcs, boxes, wide) {
    return arcs.map((arc) => {
      const a = boxes[arc.from.name], b = boxes[arc.to.name];
      const x1 = a.x + a.w / 2, x2 = b.x + Math.min(b.w / 2, 12), y = Math.min(a.y, b.y) - 8 - 7 * arc.depth;
      return { path: `M${x1} ${a.y}V${y}H${x2}V${b.y}`, x: (x1 + x2) / 2, y: y - 5,
        text: labelOf(arcs.filter((o) => o.from.given[1] === arc.from.given[1]), arc, wide) };
    });
  }

  // The outermost of a row's skips speaks for all of them.
  function labelOf(row, arc, wide) {
    if (arc.depth !== row.length - 1) return '';
    if (row.length === 1) return wide ? `skip: ${arc.channels} channels` : String(arc.channels);
    return wide ? `${row.length} skips: ${arc.channels} channels each` : `${row.length} · ${arc.channels}`;
  }

  // From each block to the next: straight in a row, with a bend between two rows.
  function wiresOf(pictures, boxes) {
    return pictures.slice(1).map((block, i) => {
      const a = boxes[pictures[i].name], b = boxes[block.name];
      const y1 = a.y + a.h / 2, y2 = b.y + b.h / 2, x1 = a.x + a.w, middle = (x1 + b.x) / 2;
      return `M${x1} ${y1}H${middle}V${y2}H${b.x}`;
    });
  }
})(window.explorer);
