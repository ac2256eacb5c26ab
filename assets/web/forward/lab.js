'use strict';
// The laboratory of the Forward tab: one picture, one noise, one schedule and one t, which all of
// its chapters share. A chapter adds a view; it is drawn at most once a screen frame, while shown.
//
//   view = {element, picture(), draw()}   picture(): x0 or eps has changed; draw(): anything has
//
// lab.state: x0, eps Float32Array (size * size * channels), channels last, x0 in [-1, 1]; size,
// channels (1 or 3); name, alt of the picture; key of its source; full: {x0, size} of a picture that
// has more pixels than are shown, or null; schedule; seed; t; span.
(function (ex) {
  const state = { x0: null, eps: null, size: 28, channels: 1, name: '', alt: '', key: '', full: null,
    schedule: 'linear', seed: 0, t: 0, span: 1.5 };
  const views = [];

  const refresh = ex.oncePerFrame(() => {
    if (!state.x0) return;
    for (const view of views) {
      if (view.element.offsetParent === null) continue; // its chapter is not the open one
      if (view.stale) { view.picture(); view.stale = false; }
      view.draw();
    }
    ex.announce(document, 'lab', { ...state });
  });

  function stale() {
    for (const view of views) view.stale = true;
    refresh();
  }

  // Change seed, schedule, t or span.
  function set(changes) {
    Object.assign(state, changes);
    if (!('seed' in changes)) return refresh();
    if (state.x0) state.eps = ex.normal(state.seed, state.x0.length);
    stale();
  }

  // Another picture: {x0, size, channels, name, alt, key} and perhaps {full}.
  function use(picture) {
    const same = state.x0 && state.x0.length === picture.x0.length;
    Object.assign(state, { full: null }, picture);
    if (!same) state.eps = ex.normal(state.seed, picture.x0.length);
    stale();
  }

  // A view is also drawn when its chapter is opened, which no state tells.
  const seen = new ResizeObserver(refresh);
  function add(view) {
    views.push({ stale: true, picture() {}, ...view });
    seen.observe(view.element);
    refresh();
  }

  // {alpha, sigma} at an integer t of a schedule.
  const level = (t = state.t, schedule = state.schedule) => ({
    alpha: ex.schedules[schedule].alpha[t], sigma: ex.schedules[schedule].sigma[t] });

  // Greys or colours on the fixed scale: -span is black, +span white; outside is clipped.
  function shade(bytes, value, span = state.span) {
    for (let i = 0; i < bytes.length; i++) bytes[i] = (value(i) / span + 1) * 127.5; // rounds, clips
    return bytes;
  }

  // A canvas that follows the picture's size: fit(state) before the first show and on picture().
  function screen(figure) {
    let made = null, bytes = null;
    return {
      fit(size = state.size, channels = state.channels) {
        if (bytes && made.canvas.width === size && bytes.length === size * size * channels) return;
        const next = ex.picture(size, size, channels);
        made ? made.canvas.replaceWith(next.canvas) : figure.prepend(next.canvas);
        made = next;
        bytes = new Uint8ClampedArray(size * size * channels);
      },
      show(value, label, span) {
        made.show(shade(bytes, value, span));
        made.canvas.setAttribute('aria-label', label);
      },
      get canvas() { return made.canvas; },
    };
  }

  // x0 as the mean of factor x factor blocks: a smaller picture of the same thing.
  function averaged(values, size, channels, factor) {
    const small = size / factor, out = new Float32Array(small * small * channels);
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const to = (Math.floor(y / factor) * small + Math.floor(x / factor)) * channels;
        const from = (y * size + x) * channels;
        for (let c = 0; c < channels; c++) out[to + c] += values[from + c] / factor ** 2;
      }
    }
    return out;
  }

  // The same for any side, each new pixel the mean over the area that it covers.
  function resampled(values, size, channels, side) {
    if (size % side === 0) return averaged(values, size, channels, size / side);
    const scale = size / side, out = new Float32Array(side * side * channels);
    const cover = (cell, from) => Math.max(0, Math.min(cell + 1, from + scale) - Math.max(cell, from));
    for (let row = 0; row < side; row++) {
      for (let col = 0; col < side; col++) {
        const top = row * scale, left = col * scale, to = (row * side + col) * channels;
        for (let y = Math.floor(top); y < Math.min(size, top + scale); y++) {
          for (let x = Math.floor(left); x < Math.min(size, left + scale); x++) {
            const share = (cover(y, top) * cover(x, left)) / scale ** 2;
            for (let c = 0; c < channels; c++) out[to + c] += share * values[(y * size + x) * channels + c];
          }
        }
      }
    }
    return out;
  }

  // RGB as greys, as brightness is weighed in television (ITU-R BT.601).
  const greys = (values) => Float32Array.from({ length: values.length / 3 },
    (_, i) => 0.299 * values[3 * i] + 0.587 * values[3 * i + 1] + 0.114 * values[3 * i + 2]);

  ex.lab = { state, set, use, add, level, screen, averaged, resampled, greys };
})(window.explorer);
