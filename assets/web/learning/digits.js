'use strict';
// A network trained while one watches: where it stands, samples from always the same noise, and the
// loss. The server sends the newest samples; the page keeps all of a run, to be looked through.
(function (ex) {
  const count = (n) => n.toLocaleString('en');
  const time = (s) => (s < 100 ? `${Math.round(s)} s` : `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`);
  const people = (n) => (n === 1 ? 'One person trains' : `${n} people train`);

  function said({ phase, sentence, before, seconds, limit, step, speed, rate }) {
    const learnt = () => `${count(step)} steps in ${time(seconds)}, ${count(speed)} pictures a second`;
    return {
      ready: 'Press Train: a network of random numbers starts to learn from pictures like these.',
      missing: sentence,
      waiting: `${people(before)} before you on this machine; your turn comes by itself. Stop leaves the line.`,
      left: 'You have left the line. Nothing was trained.',
      training: `${time(limit - seconds)} left · step ${count(step || 0)} · ${count(speed || 0)} pictures a second · learning rate ${ex.show(rate || 0, 2)}`,
      done: `Done: ${phase === 'done' ? learnt() : ''}. The averaged weights are kept for this page.`,
      stopped: `Stopped: ${phase === 'stopped' ? learnt() : ''}. What was learnt until then is kept for this page.`,
    }[phase];
  }

  ex.liveDigits = function (element, props, watch, look) {
    const root = element.querySelector('.live-digits'), find = (selector) => root.querySelector(selector);
    let runs = [], screens = [], shape = '', about = null, plot = null;

    const moments = ex.transport(find('.moments'), {
      name: 'Moment of the training', label: (k) => (runs[k] ? time(runs[k].seconds) : ''), onmove: (k) => runs[k] && show(runs[k]),
    });
    root.addEventListener('keydown', moments.key);

    function build({ shape: [n, h, w, channels], rows }) {
      const columns = n / rows, names = about.columns;
      find('.grid').style.setProperty('--columns', columns);
      screens = Array.from({ length: n }, () => ex.picture(w, h, channels));
      find('.grid').replaceChildren(
        ...names.map((name) => ex.element('span', { class: 'name' }, name)), ...screens.map((s) => s.canvas));
    }

    function show(samples) {
      const { shape: [, h, w, channels], frames, rows } = samples, bytes = ex.bytes(frames);
      if (shape !== String([samples.shape, about.columns])) { shape = String([samples.shape, about.columns]); build(samples); }
      const made = samples.step !== undefined, when = made ? `after ${time(samples.seconds)}` : 'to learn from';
      screens.forEach((s, i) => {
        s.show(bytes, i * h * w * channels);
        const name = about.columns[i % (screens.length / rows)];
        s.canvas.setAttribute('aria-label', `${made ? 'A sample' : 'A picture'}${name ? ` of ${name}` : ''}, ${when}`);
      });
      const read = samples.right === null || samples.right === undefined ? '' : `, ${samples.right} of ${screens.length} read as asked by the classifier`;
      find('.live-samples figcaption').replaceChildren(ex.element('b', {}, made ? 'Samples' : 'Pictures'),
        ex.element('span', { class: 'quiet' }, made ? ` after ${count(samples.step)} steps, ${time(samples.seconds)}${read}` : ' to learn from'));
    }

    // One more set of samples; who has gone back to an earlier one stays there.
    function keep(samples) {
      if (samples.step === undefined) return show(samples);
      const last = runs.at(-1);
      if (last && last.step === samples.step) return;
      if (last && samples.step < last.step) runs = [];
      const follows = moments.position >= runs.length - 1;
      runs.push(samples);
      find('.moments').hidden = runs.length < 2;
      moments.set(runs.length, follows ? runs.length - 1 : moments.position, Math.max(2, runs.length / 4));
    }

    function draw({ curve, limit }) {
      find('.live-loss').hidden = !curve;
      if (!curve) return;
      if (!plot || plot.limit !== limit) {
        find('.live-loss .drawn')?.remove();
        const host = find('.live-loss').appendChild(ex.element('div', { class: 'drawn' }));
        plot = { limit, ...ex.plot(host, { title: 'Loss during training', x: { label: 'seconds', range: [0, limit] }, y: { label: 'loss', log: true }, width: 480, height: 250 }) };
      }
      plot.draw([{ key: 'loss', label: 'loss', ink: 'prediction', points: curve }]);
    }

    function load() {
      const value = props.value;
      if (!value) return;
      const { phase, samples, limit, seconds } = value, bar = find('progress');
      root.dataset.phase = phase;
      find('.status').textContent = said(value);
      bar.hidden = !['training', 'done', 'stopped'].includes(phase);
      bar.value = phase === 'done' ? 1 : (seconds || 0) / (limit || 1);
      if (value.about) about = value.about;
      if (samples) { find('.live-body').hidden = false; keep(samples); draw(value); }
      if (about) {
        const { parameters, steps, scale, data, count: all, note } = about;
        find('.note').textContent = note || '';
        find('.note').hidden = !note;
        find('.about').textContent = `Data: ${data}, ${count(all)} pictures` + (parameters
          ? `. A U-Net of ${count(parameters)} parameters that predicts v, batches of ${value.batch || ''}; its samples: DDIM, ${steps} steps, cosine schedule, ${scale === null ? 'no guidance' : `guidance scale ${scale}`}, always from the same noise, with the averaged weights.` : '.');
      }
    }

    // The server answers in a second or more: to the press itself there is an answer at once.
    document.addEventListener('click', ({ target }) => {
      if (target.closest?.('.own-network button.primary')) find('.status').textContent = 'Asked for a place …';
    });
    watch('value', load);
    if (props.value) load(); else look();
  };

  // A file made by the server, handed to the browser to be saved.
  ex.offer = function (element, props, watch) {
    watch('value', () => {
      if (!props.value) return;
      const url = URL.createObjectURL(new Blob([ex.bytes(props.value.bytes)]));
      const link = ex.element('a', { href: url, download: props.value.name });
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 1000);
    });
  };
})(window.explorer);
