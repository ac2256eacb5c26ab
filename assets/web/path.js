'use strict';
// The paths of a race: every entrant's states in the plane of their first two principal components,
// the gallery's digits faintly behind; the dots are where each is at one NFE.
(function (ex) {
  const W = 640, H = 420, EDGE = 26, NARROW = matchMedia('(max-width: 640px)').matches;
  const SIDE = NARROW ? 36 : 26, WORDS = NARROW ? 160 : 88; // a digit's side, and how wide the words at the start may be

  ex.path = function (element, props, watch) {
    const root = element.querySelector('.path-view'), find = (selector) => root.querySelector(selector);
    let got = null, heads = [], nfe = 7;
    const transport = ex.transport(find('.controls'), { name: 'Evaluations spent', key: 'step.path', label: (k) => (got ? `NFE ${got.stops[k]}` : ''),
      onmove: (k) => { if (got) follow(got.stops[k]); } });

    function scale() {
      const all = [...got.entrants.flatMap((e) => e.points), ...got.digits.points];
      const [x0, x1] = [Math.min(...all.map((p) => p[0])), Math.max(...all.map((p) => p[0]))];
      const [y0, y1] = [Math.min(...all.map((p) => p[1])), Math.max(...all.map((p) => p[1]))];
      const k = Math.min((W - 2 * EDGE) / (x1 - x0 || 1), (H - 2 * EDGE) / (y1 - y0 || 1)); // one scale for both axes
      return ([x, y]) => [W / 2 + k * (x - (x0 + x1) / 2), H / 2 - k * (y - (y0 + y1) / 2)];
    }

    // The gallery as small pictures where they lie; one that would cover another is left out.
    function digits(place, svg) {
      if (!got.digits.points.length) return; // the model draws something else
      const { size, sheet, points } = got.digits, bytes = ex.bytes(sheet), n = size * size;
      const kept = [];
      points.forEach((point, i) => {
        const picture = ex.picture(size, size), [x, y] = place(point);
        if (kept.some(([a, b]) => Math.abs(x - a) < SIDE && Math.abs(y - b) < SIDE)) return;
        kept.push([x, y]);
        picture.show(bytes, i * n);
        svg.append(ex.svg('image', { href: picture.canvas.toDataURL(), x: x - SIDE / 2, y: y - SIDE / 2, width: SIDE, height: SIDE,
          class: 'ghost' }));
      });
    }

    // Where words at (x, y) stand: on that side of it to which the fewest paths go.
    function beside(x, y, paths) {
      const walked = paths.flatMap((points) => points.slice(1).flatMap(([bx, by], i) => {
        const [ax, ay] = points[i];
        return Array.from({ length: 20 }, (_, k) => [ax + ((bx - ax) * k) / 20, ay + ((by - ay) * k) / 20]);
      }));
      const places = [[12, 4, 'start'], [-12, 4, 'end'], ...[-12, 22].flatMap((dy) => [[0, dy, 'middle'], [-6, dy, 'start'], [6, dy, 'end']])];
      const [dx, dy, anchor] = places.map(([dx, dy, anchor]) => {
        const left = x + dx - WORDS * { start: 0, middle: 0.5, end: 1 }[anchor], inside = left > 0 && left + WORDS < W && y + dy > 12 && y + dy < H - 4;
        const crossed = walked.filter(([px, py]) => px > left && px < left + WORDS && py > y + dy - 13 && py < y + dy + 5).length;
        return [dx, dy, anchor, inside ? crossed : Infinity];
      }).reduce((one, other) => (other[3] < one[3] ? other : one));
      return { x: x + dx, y: y + dy, 'text-anchor': anchor };
    }

    function load() {
      got = props.value;
      find('.empty').hidden = Boolean(got);
      find('.empty').textContent = props.empty;
      find('.body').hidden = !got;
      find('.stage-path').replaceChildren();
      find('.path-key').replaceChildren();
      if (!got) return;
      const svg = ex.svg('svg', { viewBox: `0 0 ${W} ${H}`, class: 'paths', role: 'img',
        'aria-label': 'Paths of all entrants from the shared noise to their results, in two principal components' });
      const place = scale();
      digits(place, svg);
      heads = got.entrants.map(({ ink, points }) => {
        const colour = `var(--${ink})`, d = 'M' + points.map((p) => place(p).map((v) => v.toFixed(1)).join(' ')).join('L');
        const head = ex.svg('circle', { r: 6, style: `fill:${colour}` });
        svg.append(ex.svg('path', { class: 'line', d, style: `stroke:${colour};stroke-dasharray:${ex.dashes[ink.split('-')[1]] || 'none'}` }), head);
        return head;
      });
      transport.set(got.stops.length, Math.max(0, got.stops.findLastIndex((n) => n <= nfe)), Math.max(3, got.stops.length / 8));
      const [x, y] = place(got.entrants[0].points[0]);
      svg.append(ex.svg('text', beside(x, y, got.entrants.map((e) => e.points.map(place))), 'the noise'));
      find('.stage-path').append(svg);
      ex.numbers(svg, () => [{ name: 'paths', columns: ['entrant', 'NFE', 'component 1', 'component 2'],
        rows: got.entrants.flatMap(({ label, points, nfe: spent }) => points.map(([a, b], k) => [label, spent[k], a, b])) }]);
      find('.path-key').append(ex.legend(got.entrants.map(({ ink, label }) => ({ ink, label }))));
      find('.path-dimensions').textContent = got.dimensions.toLocaleString('en');
      find('.path-digits').hidden = !got.digits.points.length;
      find('.path-share').textContent = `The plane holds ${Math.round(100 * got.share)} % of the variance of all states of this race.`;
      follow(nfe);
    }

    function follow(at) {
      nfe = at;
      if (!got) return;
      const place = scale();
      got.entrants.forEach(({ points, nfe: spent }, k) => {
        const record = spent.filter((n) => n <= at).length - 1, [x, y] = place(points[Math.max(0, record)]);
        heads[k].setAttribute('cx', x);
        heads[k].setAttribute('cy', y);
      });
    }

    root.addEventListener('keydown', transport.key);
    watch('value', load);
    load();
  };
})(window.explorer);
