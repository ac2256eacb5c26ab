'use strict';
// A GIF of what moves: a film frame by frame, or any widget with a scrubber, moved along it.
(function (ex) {
  const MOST_FRAMES = 100, MOST_SHOTS = 41; // of a film; of a widget, of which each is drawn anew
  const HOLD = 150, SHOT = 12; // hundredths of a second: the last frame stays, a shot is shown

  // `many` of `count` positions, evenly, both ends among them.
  const spread = (count, many) => Array.from({ length: many }, (_, k) => (many > 1 ? Math.round((k * (count - 1)) / (many - 1)) : 0));
  const breath = () => new Promise((resume) => setTimeout(resume)); // the page stays alive
  const twoFrames = () => new Promise((resume) => requestAnimationFrame(() => requestAnimationFrame(resume)));

  // The scrubber that moves a widget; all chapters of the Forward tab have one together.
  ex.scrubber = (element) => element.querySelector('.transport input[type=range]:not(:disabled)')
    || element.closest('.forward')?.querySelector('.clock .transport input[type=range]');

  ex.filmGif = async function (film, picture, { title, line, about }, say) {
    const stops = spread(film.positions.length, Math.min(film.positions.length, MOST_FRAMES));
    const grey = film.tracks.every((track) => track.shape[3] === 1);
    const sheet = ex.filmSheet(film, { title, about: line, picture, colour: !grey });
    const canvas = ex.element('canvas', { width: sheet.width, height: sheet.height });
    const context = canvas.getContext('2d', { willReadFrequently: true });
    const gif = ex.gif({ ...sheet, grey, comment: JSON.stringify(about) });
    for (const [k, stop] of stops.entries()) {
      sheet.draw(context, stop);
      const delay = k === stops.length - 1 ? HOLD : Math.max(2, Math.round((100 * film.seconds) / stops.length));
      gif.frame(context.getImageData(0, 0, sheet.width, sheet.height).data, delay);
      say(`${Math.round((100 * (k + 1)) / stops.length)} %`);
      await breath();
    }
    return gif.blob();
  };

  ex.shotsGif = async function (element, { title, movingLine: line, about }, say) {
    const range = ex.scrubber(element), before = range.value, count = Number(range.max) - Number(range.min) + 1;
    const stops = spread(count, Math.min(count, MOST_SHOTS));
    const seek = (value) => { range.value = value; range.dispatchEvent(new Event('input', { bubbles: true })); return twoFrames(); };
    let gif = null;
    try {
      for (const [k, stop] of stops.entries()) {
        await seek(Number(range.min) + stop);
        const at = range.getAttribute('aria-valuetext');
        const canvas = await ex.shot(element, { title: at ? `${title}: ${at}` : title, about: line, scale: 1, like: gif });
        gif = gif || Object.assign(ex.gif({ width: canvas.width, height: canvas.height, comment: JSON.stringify(about) }), { width: canvas.width, height: canvas.height });
        gif.frame(canvas.getContext('2d').getImageData(0, 0, gif.width, gif.height).data, k === stops.length - 1 ? HOLD : SHOT);
        say(`${Math.round((100 * (k + 1)) / stops.length)} %`);
      }
    } finally { await seek(before); }
    return gif.blob();
  };
})(window.explorer);
