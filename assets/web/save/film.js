'use strict';
// A film as one picture a position, which explains itself: rows, captions, the place on the time line
// and what was asked for stand in it. Pictures are enlarged by whole numbers, so each stays exact.
//
//   filmSheet(film, {title, about, picture, colour}) -> {width, height, draw(context, position)}
(function (ex) {
  const GAP = 12, EDGE = 18, LINE = 16, LEAST = 380;
  const SIZES = { title: '600 15px', plain: '15px', row: '600 13px', text: '12px', small: '11px' };
  const family = () => getComputedStyle(document.body).fontFamily;

  // Text in lines of at most `width` px.
  ex.wrapped = function (context, text, width) {
    const found = [];
    for (const word of text.split(' ')) {
      const longer = found.length ? `${found.at(-1)} ${word}` : word;
      if (found.length && context.measureText(longer).width <= width) found[found.length - 1] = longer;
      else found.push(word);
    }
    return found;
  };
  const lines = ex.wrapped;

  // 'x_t' with the index that Unicode has for it; an equation stays on one line.
  const SUBS = { t: 'ₜ', s: 'ₛ' };
  const symbol = (name) => name.replace(/_(\w+)/, (_, index) => SUBS[index] || ` ${index}`);
  const unbroken = (text) => ex.said(text).replace(/ ([=≈]) /g, '\u00a0$1\u00a0');

  const caption = (track) => [symbol(track.name), track.caption && ex.said(track.caption)].filter(Boolean).join(' · ');

  // Rows of a film with the size of each part; all rows are given the room of the largest.
  function measured(film, picture, context) {
    const names = [...new Set(film.tracks.map((track) => track.row))];
    const rows = names.map((row) => ({ row, tracks: film.tracks.filter((track) => track.row === row) }));
    let across = 0, down = 0;
    for (const one of rows) {
      one.cells = one.tracks.map((track) => {
        const [, h, w] = track.shape, k = Math.max(1, Math.round(picture / w));
        context.font = `${SIZES.text} ${family()}`;
        const said = lines(context, caption(track), w * k);
        const notes = Math.max(0, ...(track.notes || []).map((note) => lines(context, unbroken(note), w * k).length));
        return { track, k, width: w * k, height: h * k, said, notes };
      });
      one.head = one.row ? LINE + 6 : 0;
      const wide = one.cells.reduce((sum, c) => sum + c.width + GAP, -GAP);
      const tall = one.head + Math.max(...one.cells.map((c) => c.height + 4 + LINE * (c.said.length + c.notes)));
      context.font = `${SIZES.row} ${family()}`;
      across = Math.max(across, wide, Math.min(LEAST, context.measureText(ex.said(one.row)).width + 34));
      down = Math.max(down, tall);
    }
    return { rows, across, down };
  }

  // As many columns of rows as make a picture that is about as wide as a slide.
  function arranged(count, across, down) {
    const far = (columns) => Math.abs(Math.log((columns * (across + 2 * GAP)) / (Math.ceil(count / columns) * (down + GAP)) / 1.5));
    return Array.from({ length: count }, (_, k) => k + 1).reduce((best, c) => (far(c) < far(best) ? c : best), 1);
  }

  function inks(colour) {
    const style = getComputedStyle(document.body), dark = document.body.classList.contains('dark');
    const of = (name) => (colour ? style.getPropertyValue('--' + name).trim() : '');
    return { ground: dark ? '#141414' : '#ffffff', ink: dark ? '#e8e8e8' : '#1c1c1c', quiet: dark ? '#a8a8a8' : '#5c5c5c', of };
  }

  // What draws one frame of a track at its size, never smoothed.
  function stamp(track) {
    const [, h, w, channels] = track.shape, bytes = ex.bytes(track.frames), { canvas, show } = ex.picture(w, h, channels);
    return (context, position, x, y, width, height) => {
      show(bytes, (track.at ? track.at[position] : position) * h * w * channels);
      context.imageSmoothingEnabled = false;
      context.drawImage(canvas, x, y, width, height);
    };
  }

  ex.filmSheet = function (film, { title, about, picture = 150, colour }) {
    const measure = document.createElement('canvas').getContext('2d');
    const { rows, across, down } = measured(film, picture, measure);
    const columns = arranged(rows.length, across, down), inner = Math.max(LEAST, columns * (across + 2 * GAP) - 2 * GAP);
    measure.font = `${SIZES.small} ${family()}`;
    const foot = lines(measure, about, inner);
    measure.font = `${SIZES.title} ${family()}`;
    const beside = measure.measureText(title).width + 150 < inner ? 0 : 22; // else the position is below the title
    const top = EDGE + 30 + beside, width = Math.ceil(inner + 2 * EDGE);
    const height = Math.ceil(top + Math.ceil(rows.length / columns) * (down + GAP) + 4 + LINE * foot.length + EDGE - 6);
    const { ground, ink, quiet, of } = inks(colour);
    for (const row of rows) for (const c of row.cells) c.stamp = stamp(c.track);

    function write(context, text, x, y, font, fill) {
      context.font = `${SIZES[font]} ${family()}`;
      context.fillStyle = fill;
      context.fillText(text, x, y);
    }

    function head(context, row, x, y) {
      const [{ track: { ink: name } }] = row.cells, indent = name ? 34 : 0;
      if (name) {
        context.strokeStyle = of(name) || ink;
        context.lineWidth = 2.5;
        context.setLineDash((ex.dashes[name.slice(name.indexOf('-') + 1)] || '').split(/[ ,]+/).map(Number).filter((n) => n > 0));
        context.beginPath();
        context.moveTo(x, y + 8);
        context.lineTo(x + 26, y + 8);
        context.stroke();
        context.setLineDash([]);
      }
      write(context, ex.said(row.row), x + indent, y + 12, 'row', ink);
    }

    function draw(context, position) {
      context.fillStyle = ground;
      context.fillRect(0, 0, width, height);
      write(context, title, EDGE, EDGE + 12, 'title', ink);
      context.textAlign = beside ? 'left' : 'right';
      write(context, ex.said(film.positions[position]), beside ? EDGE : width - EDGE, EDGE + 12 + beside, 'plain', ink);
      context.textAlign = 'left';
      rows.forEach((row, r) => {
        let x = EDGE + (r % columns) * (across + 2 * GAP), y = top + Math.floor(r / columns) * (down + GAP);
        if (row.row) head(context, row, x, y);
        y += row.head;
        for (const c of row.cells) {
          c.stamp(context, position, x, y, c.width, c.height);
          const note = c.track.notes ? lines(context, unbroken(c.track.notes[position]), c.width) : [];
          c.said.forEach((line, k) => write(context, line, x, y + c.height + LINE * (k + 1), 'text', (k === 0 && of(c.track.role || '')) || ink));
          note.forEach((line, k) => write(context, line, x, y + c.height + LINE * (c.said.length + k + 1), 'text', quiet));
          x += c.width + GAP;
        }
      });
      foot.forEach((line, k) => write(context, line, EDGE, height - EDGE + 6 - LINE * (foot.length - 1 - k), 'small', quiet));
    }
    return { width, height, draw };
  };
})(window.explorer);
