'use strict';
// Play, pause, step, scrub, speed and keyboard for anything that has numbered positions.
// transport(host, {onmove, label, name, key}) -> {set(count, start, seconds, home), seek, play, pause, ...}
// key: its own in a link, where home is what need not be said (explorer/app/share.py).
(function (ex) {
  const ICONS = {
    play: 'M4 2.5v11l9-5.5z',
    pause: 'M4 3h3v10H4zM9 3h3v10H9z',
    back: 'M11.5 3v10L5 8zM3.5 3H5v10H3.5z',
    forward: 'M4.5 3v10L11 8zM11 3h1.5v10H11z',
  };
  const SPEEDS = [0.25, 0.5, 1, 2, 4];

  function icon(name) {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', '0 0 16 16');
    svg.setAttribute('aria-hidden', 'true');
    const path = document.createElementNS(svg.namespaceURI, 'path');
    path.setAttribute('d', ICONS[name]);
    svg.append(path);
    return svg;
  }

  function button(name, title, onclick) {
    return ex.element('button', { type: 'button', 'aria-label': title, title, onclick }, icon(name));
  }

  ex.transport = function (host, { onmove, label, name, key: own = null }) {
    let count = 1, position = 0, speed = 1, seconds = 4, playing = false, clock = 0, exact = 0;
    const toggle = button('play', 'Play', () => (playing ? pause() : play()));
    const back = button('back', 'One step back', () => { pause(); seek(position - 1); });
    const forward = button('forward', 'One step forward', () => { pause(); seek(position + 1); });
    const range = ex.element('input', {
      type: 'range', min: 0, step: 1, max: 0, 'aria-label': name, 'data-share': own, 'data-home': own && 0,
      oninput: () => { pause(); seek(Number(range.value)); },
    });
    const output = ex.element('output', {});
    const choose = ex.element('select', {
      'aria-label': 'Speed', title: 'Speed', onchange: () => { speed = Number(choose.value); },
    }, ...SPEEDS.map((s) => ex.element('option', { value: s }, s + '×')));
    choose.value = '1';
    host.replaceChildren(toggle, back, forward, range, output, choose);
    host.classList.add('transport');
    host.setAttribute('aria-label', name);

    const locked = () => host.classList.contains('locked'); // by a link

    function seek(to) {
      if (!locked()) go(to);
    }

    function go(to) {
      exact = to;
      move(to);
    }

    function move(to) {
      position = Math.max(0, Math.min(count - 1, Math.round(to)));
      range.value = position;
      const text = label(position);
      output.textContent = text;
      range.setAttribute('aria-valuetext', text);
      onmove(position, playing);
      ex.state.changed();
    }

    function look() {
      toggle.replaceChildren(icon(playing ? 'pause' : 'play'));
      toggle.setAttribute('aria-label', playing ? 'Pause' : 'Play');
      toggle.title = playing ? 'Pause' : 'Play';
    }

    function play() {
      if (playing || count < 2 || locked()) return;
      if (position === count - 1) seek(0);
      playing = true; clock = 0;
      look();
      requestAnimationFrame(tick);
    }

    function pause() {
      if (!playing) return;
      playing = false;
      look();
    }

    // Time, not frames, moves the position, so that a slow machine shows the same film.
    function tick(now) {
      if (!playing) return;
      if (!host.isConnected || host.offsetParent === null) return pause(); // its tab was left
      if (clock) exact += ((now - clock) / 1000) * speed * ((count - 1) / seconds);
      clock = now;
      if (Math.floor(exact) !== position) move(Math.floor(exact));
      if (position >= count - 1) return pause();
      requestAnimationFrame(tick);
    }

    function set(newCount, start, newSeconds, home = start) {
      pause();
      count = newCount; seconds = newSeconds;
      range.max = count - 1;
      if (own) range.dataset.home = home;
      for (const control of [toggle, back, forward, range]) control.disabled = count < 2 || locked();
      go(start);
    }

    // Keys for the whole widget: space plays, arrows step, Home and End jump.
    function key(event) {
      const target = event.target, moves = {
        ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10,
      };
      if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
      if (target.closest('.ask')) return; // a guess has keys of its own
      if (target.matches('select, textarea, [type=radio], [type=checkbox], [type=number], [data-keys]')) return;
      if (event.key === ' ' && !target.matches('button, summary, a')) playing ? pause() : play();
      else if (event.key in moves) { pause(); seek(position + moves[event.key]); }
      else if (event.key === 'Home') { pause(); seek(0); }
      else if (event.key === 'End') { pause(); seek(count - 1); }
      else return;
      event.preventDefault();
    }

    return {
      set, seek, play, pause, key,
      get position() { return position; },
      get count() { return count; },
      get playing() { return playing; },
    };
  };
})(window.explorer);
