'use strict';
// The player: any animation of this app. The film came with the page or in one answer of the
// server; from then on everything happens here. Python's side and the format: explorer/app/player.py
(function (ex) {
  // One picture of one track, with its caption and its text alternative.
  function screen(track, pixels) {
    const [, height, width, channels] = track.shape;
    const picture = ex.picture(width, height, channels);
    const note = ex.element('span', { class: 'note' });
    const caption = ex.element('figcaption', {}, ex.element('b', {}, ex.symbol(track.name)),
      track.caption ? ex.element('span', { class: 'caption' }, track.caption) : null,
      track.notes ? note : null);
    const figure = ex.element('figure', { class: 'screen', 'data-role': track.role || null },
      picture.canvas, caption);
    figure.title = track.alt;
    const size = height * width * channels;
    const what = [track.row, track.name, track.caption].filter(Boolean).join(', ');
    function show(position, label) {
      const frame = track.at ? track.at[position] : position;
      picture.show(pixels, frame * size);
      if (track.notes) note.textContent = track.notes[position];
      picture.canvas.setAttribute('aria-label',
        `${what} at ${label}${track.notes ? ', ' + track.notes[position] : ''}. ${track.alt}`);
    }
    return { figure, show, canvas: picture.canvas };
  }

  // Tracks of one row stand together under the row's label.
  function rows(film) {
    const groups = new Map();
    for (const track of film.tracks) {
      if (!groups.has(track.row)) groups.set(track.row, []);
      groups.get(track.row).push(track);
    }
    return groups;
  }

  ex.player = function (element, props, watch, onpick) {
    const root = element.querySelector('.player');
    const stage = root.querySelector('.stage'), empty = root.querySelector('.empty');
    const controls = root.querySelector('.controls');
    let screens = [], film = null;

    const transport = ex.transport(controls, {
      name: 'Position in ' + props.name, key: 'step.' + props.name,
      label: (position) => (film ? film.positions[position] : ''),
      onmove(position, playing) {
        if (!film) return;
        const label = film.positions[position];
        for (const s of screens) s.show(position, label);
        ex.announce(element, 'position',
          { player: props.name, position, label, count: film.positions.length, playing });
      },
    });

    function build() {
      const groups = rows(film);
      const columns = Math.max(...[...groups.values()].map((tracks) => tracks.length));
      stage.style.setProperty('--columns', columns);
      stage.style.setProperty('--picture', (film.picture || props.picture) + 'px');
      screens = [];
      stage.replaceChildren(...[...groups].map(([row, tracks]) => {
        const made = tracks.map((track) => screen(track, ex.bytes(track.frames)));
        screens.push(...made);
        if (props.pick) made.forEach((s, i) => ex.pickable(s.canvas, (x, y) => {
          const detail = { player: props.name, row, track: tracks[i].name, x, y, position: transport.position };
          ex.announce(element, 'pick', detail);
          onpick(detail);
        }));
        return ex.element('section', { class: 'row', 'aria-label': row || null },
          row ? ex.element('h2', {}, tracks[0].ink ? ex.swatch(tracks[0].ink) : null, row) : null,
          ex.element('div', { class: 'screens' }, ...made.map((s) => s.figure)));
      }));
    }

    function load(next) {
      const before = film;
      transport.pause();
      film = next && next.tracks && next.tracks.length ? next : null;
      empty.hidden = Boolean(film);
      empty.textContent = props.empty;
      stage.hidden = controls.hidden = !film;
      if (!film) return stage.replaceChildren();
      build();
      const same = before && before.positions.length === film.positions.length;
      controls.hidden = film.positions.length < 2; // a still
      transport.set(film.positions.length, same ? transport.position : film.start, film.seconds, film.start);
      if (props.autoplay && !before && !ex.calm()) transport.play();
    }

    root.addEventListener('keydown', transport.key);
    document.addEventListener('explorer:seek', (event) => {
      if (film && event.detail.player === props.name) transport.seek(event.detail.position);
    });
    watch('value', () => load(props.value));
    load(props.value);
  };
})(window.explorer);
