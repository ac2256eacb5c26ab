'use strict';
// Where a sampler steps: the stops of each spacing on the curve of a schedule, and a grid of one's
// own whose dots are dragged. Times come from Python; here they are only shown and moved.
(function (ex) {
  const H = 330, RIGHT = 14, TOP = 10, CURVE = 190, LANE = 22, T = 1000, MOST = 100;
  const LOW = -14, HIGH = 12; // log-SNR
  const GAP = 0.1; // least distance of two dots, in t

  const y = (v) => TOP + (CURVE - TOP) * (1 - (Math.max(LOW, Math.min(HIGH, v)) - LOW) / (HIGH - LOW));
  const logSnr = ({ alpha, sigma }) => 2 * (Math.log(alpha) - Math.log(sigma));
  const written = (t) => String(Number(t.toFixed(1)));

  ex.stepsView = function (element, props, watch, server, send) {
    const root = element.querySelector('.steps-view'), find = (selector) => root.querySelector(selector);
    const { names, spacings } = props, lanes = [...spacings, 'own'];
    const narrow = root.clientWidth < 640, W = narrow ? 430 : 1100, LEFT = narrow ? 70 : 96;
    const x = (t) => LEFT + ((W - LEFT - RIGHT) * t) / T;
    const svg = ex.svg('svg', { viewBox: `0 0 ${W} ${H}`, class: 'chart', role: 'group', 'aria-label': 'Stops of each spacing on the schedule' });
    const frame = ex.svg('g', {}), dots = ex.svg('g', {});
    svg.append(frame, dots);
    find('.steps-plot').append(svg);
    let schedule = 'linear', chosen = 'trailing', n = props.first, times = null, own = [], asked = null, busy = false;

    const level = (t) => ex.levelAt(schedule, t);
    const stops = (lane) => (lane === 'own' ? own : times[schedule][lane]);

    function ground() {
      frame.replaceChildren();
      for (const tick of [-10, -5, 0, 5, 10]) {
        frame.append(ex.svg('line', { class: 'grid', x1: LEFT, x2: W - RIGHT, y1: y(tick), y2: y(tick) }),
          ex.svg('text', { x: LEFT - 6, y: y(tick) + 4, 'text-anchor': 'end' }, String(tick).replace('-', '−')));
      }
      frame.append(ex.svg('text', { x: 0, y: TOP + 4 }, 'log-SNR'));
      for (let t = 0; t <= T; t += narrow ? 250 : 100) frame.append(ex.svg('text', { x: x(t), y: H - 4, 'text-anchor': 'middle' }, (t ? '' : 't = ') + t));
      const { alpha, sigma } = ex.schedules[schedule];
      let d = '';
      for (let t = 1; t <= T; t++) d += `${d ? 'L' : 'M'}${x(t).toFixed(1)} ${y(logSnr({ alpha: alpha[t], sigma: sigma[t] })).toFixed(1)}`;
      frame.append(ex.svg('path', { class: 'line', d, style: `stroke:var(--schedule-${schedule});stroke-dasharray:${ex.dashes[schedule] || 'none'}` }));
    }

    // A dot of one's own: dragged by the pointer, moved by the arrows, a slider to a screen reader.
    function handle(index, cy) {
      const t = own[index];
      const dot = ex.svg('circle', { cx: x(t), cy, r: 7, tabindex: 0, role: 'slider', 'data-keys': 'own', 'data-index': index,
        'aria-label': `Step ${index + 1} of ${own.length}`, 'aria-valuemin': 0, 'aria-valuemax': T, 'aria-valuenow': written(t) });
      dot.addEventListener('pointerdown', (event) => { svg.setPointerCapture(event.pointerId); held = index; event.preventDefault(); tell(index); });
      dot.addEventListener('focus', () => tell(index));
      dot.addEventListener('keydown', (event) => {
        const far = event.shiftKey ? 10 : 1, move = { ArrowLeft: -far, ArrowDown: -far, ArrowRight: far, ArrowUp: far }[event.key];
        if (move) put(index, own[index] + move);
        else if ((event.key === 'Delete' || event.key === 'Backspace') && own.length > 1) { own.splice(index, 1); draw(); text(); }
        else return;
        event.preventDefault();
        dots.querySelector(`.on-curve [data-index="${Math.min(index, own.length - 1)}"]`).focus();
      });
      return dot;
    }

    let held = null;
    svg.addEventListener('pointermove', (event) => {
      if (held === null) return;
      const { left, width } = svg.getBoundingClientRect();
      put(held, (((event.clientX - left) / width) * W - LEFT) / (W - LEFT - RIGHT) * T);
    });
    for (const end of ['pointerup', 'pointercancel']) svg.addEventListener(end, () => { held = null; });

    // A dot stays between its neighbours.
    function put(index, t) {
      const most = index ? own[index - 1] - GAP : T, least = index + 1 < own.length ? own[index + 1] + GAP : GAP;
      own[index] = Number(Math.max(least, Math.min(most, t)).toFixed(1));
      choose('own');
      text();
      tell(index);
    }

    function tell(index) {
      const { alpha, sigma } = level(own[index]);
      find('.steps-said').textContent = `Step ${index + 1} of ${own.length}: t = ${written(own[index])}, α = ${ex.four(alpha)}, ` +
        `σ = ${ex.four(sigma)}, log-SNR ${ex.show(logSnr({ alpha, sigma }))}.`;
    }

    function draw() {
      if (!times) return;
      dots.replaceChildren();
      lanes.forEach((lane, k) => {
        const cy = CURVE + 22 + k * LANE, group = ex.svg('g', { class: `lane ${lane}${lane === chosen ? ' chosen' : ''}`, 'data-lane': lane });
        group.append(ex.svg('rect', { x: 0, y: cy - LANE / 2, width: W, height: LANE, fill: 'transparent' }),
          ex.svg('text', { x: 4, y: cy + 4, tabindex: 0, role: 'button', 'aria-pressed': lane === chosen, 'data-keys': 'own' },
            lane === 'own' ? 'your own' : lane),
          ex.svg('line', { class: 'rail', x1: LEFT, x2: W - RIGHT, y1: cy, y2: cy }),
          ...stops(lane).map((t, i) => (lane === 'own' ? handle(i, cy) : ex.svg('circle', { cx: x(t), cy, r: 4.5 }))));
        group.addEventListener('click', () => choose(lane));
        group.querySelector('text').addEventListener('keydown', (event) => {
          if (event.key !== 'Enter' && event.key !== ' ') return;
          event.preventDefault();
          choose(lane);
          dots.querySelector(`.${lane} text`).focus();
        });
        dots.append(group);
      });
      dots.append(ex.svg('g', { class: 'on-curve' + (chosen === 'own' ? ' own' : '') }));
      dots.lastChild.append(...stops(chosen).map((t, i) => {
        const cy = y(logSnr(level(t)));
        return chosen === 'own' ? handle(i, cy) : ex.svg('circle', { cx: x(t), cy, r: 5.5 });
      }));
    }

    function choose(lane) { chosen = lane; draw(); }
    function text() { find('.steps-text input').value = own.map(written).join(', '); complain(''); }
    function complain(sentence) { find('.refused').textContent = sentence; find('.refused').hidden = !sentence; }

    // A typed grid is taken as soon as it is one; until then the sentence says why it is not.
    function typed() {
      const words = find('.steps-text input').value.split(/[\s,;]+/).filter(Boolean), got = words.map(Number);
      const bad = got.findIndex((t, i) => !(t > 0 && t <= T && (!i || t < got[i - 1])));
      if (!got.length || got.length > MOST) return complain(`A grid holds 1 to ${MOST} numbers; here are ${got.length}.`);
      if (bad >= 0) return complain(`Numbers above 0 and up to ${T}, falling: “${words[bad].slice(0, 20)}” does not fit.`);
      own = got;
      complain('');
      choose('own');
    }

    async function ask() {
      asked = n;
      if (busy) return;
      busy = true;
      while (asked !== null) {
        const wanted = asked;
        asked = null;
        try {
          const got = await server.spread(wanted);
          if (got.error) complain(got.error);
          else times = got.times;
        } catch (error) { complain('The server did not answer; move the slider to try again.'); }
      }
      busy = false;
      if (times && !own.length) { own = times[schedule].trailing.map((t) => Number(t.toFixed(1))); text(); }
      draw();
    }

    for (const [key, name] of Object.entries(names)) {
      const input = ex.element('input', { type: 'radio', name: 'steps-schedule', value: key, onchange: () => { schedule = key; ground(); draw(); } });
      input.checked = key === schedule;
      find('.schedules').append(ex.element('label', { class: 'chip' }, input, ex.swatch(key), name));
    }
    const slider = find('.steps-n input'), output = find('.steps-n output');
    slider.value = output.value = n;
    slider.oninput = () => { n = Number(slider.value); output.value = n; ask(); };
    find('.steps-text input').oninput = typed;
    find('.copy').onclick = () => { own = stops(chosen).map((t) => Number(t.toFixed(1))); text(); choose('own'); };
    find('.add').onclick = () => {
      if (own.length >= MOST) return complain(`A grid holds at most ${MOST} dots.`);
      const ends = [...own, 0], gaps = own.map((t, i) => t - ends[i + 1]), widest = gaps.indexOf(Math.max(...gaps));
      own.splice(widest + 1, 0, Number(((own[widest] + ends[widest + 1]) / 2).toFixed(1)));
      text();
      choose('own');
    };
    find('.use').onclick = () => send({ schedule, grid: own.map(written).join(', ') });
    ex.made.set(element, () => ({ name: `steps-${schedule}-${n}`, about: { schedule, spacing: chosen, steps: n },
      code: chosen === 'own' ? '' : ex.codeFor('steps', { schedule, spacing: chosen, steps: n }) }));
    ex.numbers(svg, () => [{ name: `stops on the schedule ${schedule}`, columns: ['spacing', 'step', 't'],
      rows: lanes.flatMap((lane) => stops(lane).map((t, i) => [lane, i + 1, t])) }]);
    ground();
    ask();
  };
})(window.explorer);
