'use strict';
// Conditions: the ways into a network, each drawn, and the conditions that take them.
(function (ex) {
  const HEIGHTS = [84, 58, 36, 58, 84], LEFT = 118, GAP = 30, WIDE = 14, MIDDLE = 72; // the U-Net's bars
  const at = (k) => LEFT + k * GAP;

  const box = (x, y, w, h, kind) => ex.svg('rect', { x, y, width: w, height: h, class: kind, rx: 1 });
  const word = (x, y, text, kind = '', anchor = 'middle') => ex.svg('text', { x, y, class: kind, 'text-anchor': anchor }, text);
  function arrow(x1, y1, x2, y2, kind = 'flow') {
    const turn = Math.atan2(y2 - y1, x2 - x1), wing = (a) => `${x2 - 6 * Math.cos(turn + a)} ${y2 - 6 * Math.sin(turn + a)}`;
    return ex.svg('path', { class: kind, d: `M${x1} ${y1}L${x2} ${y2}M${wing(0.5)}L${x2} ${y2}L${wing(-0.5)}` });
  }

  // State, U-Net with its skips, prediction: what all drawings have in common.
  function network(state = 'state') {
    const shapes = [box(34, 44, 44, 56, 'state'), word(56, 116, state), arrow(84, MIDDLE, LEFT - 6, MIDDLE)];
    for (const [a, b, y] of [[0, 4, 36], [1, 3, 52]]) {
      shapes.push(ex.svg('path', { class: 'skip', d: `M${at(a) + WIDE} ${y}H${at(b)}` }));
    }
    HEIGHTS.forEach((h, k) => shapes.push(box(at(k), MIDDLE - h / 2, WIDE, h, 'bar')));
    return [...shapes, arrow(at(4) + WIDE + 6, MIDDLE, 286, MIDDLE), box(292, 44, 44, 56, 'answer'), word(314, 116, 'prediction')];
  }
  const bottom = (k) => MIDDLE + HEIGHTS[k] / 2 + 3;

  const DRAWN = {
    channels: () => [box(22, 32, 44, 56, 'condition'), ...network(), word(44, 25, 'condition', 'strong')],
    tokens: () => [...network(), ...[0, 1, 2, 3].map((k) => box(154 + 18 * k, 150, 14, 14, 'condition')),
      word(190, 182, 'tokens', 'strong'), ...HEIGHTS.map((_, k) => arrow(163 + 14 * k, 146, at(k) + WIDE / 2, bottom(k), 'enters'))],
    embedding: () => [...network(), box(LEFT, 150, 134, 6, 'condition'), ...HEIGHTS.map((_, k) => arrow(at(k) + WIDE / 2, 147, at(k) + WIDE / 2, bottom(k), 'enters')),
      box(80, 140, 26, 9, 'time'), word(74, 148, 'noise level', '', 'end'), box(80, 158, 26, 9, 'condition'), word(74, 167, 'condition', 'strong', 'end'),
      ex.svg('path', { class: 'enters', d: `M108 145L${LEFT - 2} 151M108 162L${LEFT - 2} 155` }), word(LEFT, 174, 'scale and shift, by channel', '', 'start')],
    side: () => [...network(), ...[0, 1, 2].map((k) => box(at(k), 160 - HEIGHTS[k] / 4, WIDE, HEIGHTS[k] / 2, 'copy')), box(34, 140, 44, 40, 'condition'),
      word(56, 194, 'condition', 'strong'), arrow(84, 160, LEFT - 6, 160, 'enters'), word(at(1) + WIDE / 2, 194, 'copy of the encoder'),
      ex.svg('path', { class: 'enters', d: `M${at(0) + WIDE} 178H${at(4) + WIDE / 2}V150M${at(1) + WIDE} 172H${at(3) + WIDE / 2}V150` }),
      ...[4, 3, 2].map((k) => arrow(at(k) + WIDE / 2, 150, at(k) + WIDE / 2, bottom(k), 'enters'))],
    state: () => [...network('noised'), box(34, 140, 44, 40, 'condition'), word(56, 194, 'given picture', 'strong'), arrow(56, 137, 56, 121, 'enters'),
      word(66, 133, '+ noise', 'noised', 'start'), word(188, 160, 'told nothing')],
    spectrogram: () => [...network('sound'), ...Array.from({ length: 24 }, (_, k) => {
      const strength = Math.abs(Math.sin(k * 1.7) * Math.cos(k * 0.6));
      return ex.svg('rect', { x: 36 + (k % 6) * 7, y: 48 + Math.floor(k / 6) * 12.5, width: 6, height: 11, class: 'condition', 'fill-opacity': 0.15 + 0.75 * strength });
    }), ex.svg('path', { class: 'wave', d: `M14 160${Array.from({ length: 84 }, (_, k) => `L${14 + k} ${160 + 12 * Math.sin(k * 0.8) * Math.sin(k * 0.11)}`).join('')}` }),
      word(56, 188, 'time', 'strong'), arrow(56, 145, 56, 122, 'enters'), word(112, 160, 'frequencies up, time across', '', 'start')],
  };

  function drawing({ id, title }) {
    const root = ex.svg('svg', { viewBox: '0 0 360 200', role: 'img', 'aria-label': title });
    root.append(...DRAWN[id]());
    return root;
  }

  const way = (one) => ex.element('article', { id: `way-${one.id}` }, ex.element('h3', {}, one.title), drawing(one),
    ex.element('p', {}, one.how), ex.line('quiet', 'Here.', one.here),
    ex.element('p', { class: 'quiet', translate: 'no' }, one.paper));

  function told(one, titles) {
    const jump = (id) => ex.element('button', { type: 'button', class: 'plain',
      onclick: () => document.getElementById(`way-${id}`).scrollIntoView({ behavior: ex.calm() ? 'auto' : 'smooth', block: 'center' }) }, titles.get(id));
    return ex.element('article', {}, ex.element('h3', {}, one.title), ex.element('p', {}, one.what),
      ex.element('p', { class: 'takes' }, ...one.ways.map(jump)),
      one.live.length ? ex.element('ul', {}, ...one.live.map(([place, text]) => ex.element('li', {}, ex.line('', ex.visitor(place), text)))) : null,
      ex.line('quiet', 'Not shown here.', one.cannot));
  }

  ex.conditions = function (element, props) {
    const part = (name) => element.querySelector(`[data-part=${name}]`);
    const titles = new Map(props.ways.map(({ id, title }) => [id, title]));
    part('ways').replaceChildren(...props.ways.map(way));
    part('conditions').replaceChildren(...props.conditions.map((one) => told(one, titles)));
  };
})(window.explorer);
