'use strict';
// The chapter "Network" of the U-Net tab: the network drawn from what its module tree holds. It
// came once; pointing at a block asks nothing, a click asks for the block's feature maps.
(function (ex) {
  const { shape } = ex;
  const count = (n) => n.toLocaleString('en');
  const times = (s) => s.join(' × ');
  const percent = (share) => `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;

  // What goes in and out of a block, in words.
  ex.unetShapes = function (block) {
    if (!block.called) return 'This network never calls it.';
    const taken = block.taken.map((s) => [() => 'a number', () => `${s[0]} numbers`][s.length]?.() || times(s)).join(' and ');
    return `${taken} in, ${block.given.length === 1 ? `${block.given[0]} numbers` : times(block.given)} out`;
  };

  function label(text, x, y, attributes = {}) {
    const node = shape('text', { x, y, ...attributes });
    node.textContent = text;
    return node;
  }

  function draw(host, data, groups) {
    const line = Math.round(1.3 * parseFloat(getComputedStyle(host).fontSize)); // larger on a projector
    const plan = ex.unetLayout(data, Math.max(300, host.clientWidth), line);
    const svg = shape('svg', { viewBox: `0 0 ${plan.width} ${plan.height}`, width: plan.width, height: plan.height,
      role: 'group', 'aria-label': `The network ${data.name}: ${data.blocks.length} blocks; arrows move, Enter opens one` });
    for (const row of plan.rows) svg.append(label(`${row.side}×${row.side}`, 0, row.y + 0.27 * line, { class: 'side' }));
    for (const wire of plan.wires) svg.append(shape('path', { d: wire, class: 'wire' }));
    for (const skip of plan.skips) {
      svg.append(shape('path', { d: skip.path, class: 'skip' }),
        label(skip.text, skip.x, skip.y, { class: 'skip-text', 'text-anchor': 'middle' }));
    }
    svg.append(label('told', 0, plan.told + 9 + 0.27 * line, { class: 'side' }));
    groups.clear();
    for (const block of data.blocks) {
      const box = plan.boxes[block.name];
      if (!box) continue;
      const group = shape('g', { class: 'block', role: 'button', tabindex: -1, 'data-name': block.name,
        'data-kind': block.picture ? block.kind : 'told', 'data-called': block.called, 'aria-label': `${block.title}, ${ex.unetShapes(block)}, ` +
        `${count(block.parameters)} parameters, ${percent(block.shares[1])} of the arithmetic, ${percent(block.shares[2])} of the time` });
      const reach = plan.wide ? 5 : 2; // a little more than the block can be pointed at
      const under = box.label ? line + 2 : 6; // its label too
      group.append(shape('rect', { class: 'reach', x: box.x - reach, y: box.y - 6, width: Math.max(box.w, box.text || 0) + 2 * reach, height: box.h + 6 + under }),
        shape('rect', { class: 'body', x: box.x, y: box.y, width: box.w, height: box.h, rx: 2 }));
      if (box.label) group.append(label(box.label, box.x, box.y + box.h + 2, { class: 'told-text' }));
      groups.set(block.name, group);
      svg.append(group);
    }
    host.replaceChildren(svg);
    ex.numbers(svg, () => [table(data)]);
  }

  // All blocks in the order of their calls, then the network, for a spreadsheet.
  function table({ name, blocks, parameters, flops, ms }) {
    const rounded = (time) => Number(time.toPrecision(4)); // a clock knows no more
    const row = (b) => [b.title, b.kind, ...(b.called ? [b.taken.map((s) => times(s) || 1).join(' and '), times(b.given)] : ['', '']),
      b.parameters, b.flops / 1e6, b.ms ? rounded(b.ms) : ''];
    return { name: `blocks of ${name}`, columns: ['block', 'kind', 'in', 'out', 'parameters', 'MFLOP', 'ms'],
      rows: [...blocks.map(row), ['the whole network', '', '', '', parameters, flops / 1e6, rounded(ms)]] };
  }

  ex.unetDrawing = function (element, props, watch, fire) {
    const root = element.querySelector('.unet-drawing'), find = (selector) => root.querySelector(selector);
    const host = find('.scene'), groups = new Map();
    let data = null, chosen = null, width = 0;

    function bar(name, share, text) {
      return ex.element('div', { class: 'bar' }, ex.element('span', {}, name),
        ex.element('i', {}, ex.element('b', { style: `width:${Math.min(100, 100 * share)}%` })), ex.element('span', { class: 'value' }, text));
    }

    // What the panel says of a block; of the whole network where none is pointed at.
    function tell(block) {
      find('.info h2').textContent = block ? block.title : `The whole network, ${data.name}`;
      find('.info .does').textContent = block ? block.does : 'Point at a block for its figures; click it for its feature maps, below.';
      find('.info .shapes').textContent = block ? ex.unetShapes(block) : '';
      const of = block || { parameters: data.parameters, flops: data.flops, ms: data.ms, shares: [1, 1, 1], within: true };
      const mega = `${ex.show(of.flops / 1e6)} MFLOP`;
      find('.info .bars').replaceChildren(
        bar('parameters', of.shares[0], `${count(of.parameters)}, ${percent(of.shares[0])}`),
        bar('arithmetic', of.shares[1], of.within ? `${mega}, ${percent(of.shares[1])}` : `${mega}, once before a run`),
        bar('time here', of.shares[2], of.within ? `${ex.show(of.ms)} ms, ${percent(of.shares[2])}` : 'not in a call'));
    }

    const named = (name) => data.blocks.find((block) => block.name === name);
    function mark() {
      for (const [name, group] of groups) {
        group.setAttribute('aria-pressed', String(name === chosen));
        group.setAttribute('tabindex', name === chosen ? 0 : -1);
      }
      if (!groups.has(chosen) && groups.size) groups.values().next().value.setAttribute('tabindex', 0);
    }
    function open(name) {
      if (!named(name).called) return;
      chosen = name;
      mark();
      fire({ place: `${data.which}|${name}|-1` });
    }

    const over = (event) => event.target.closest && event.target.closest('.block');
    host.addEventListener('pointerover', (event) => { const g = over(event); tell(g ? named(g.dataset.name) : named(chosen)); });
    host.addEventListener('pointerleave', () => tell(named(chosen)));
    host.addEventListener('focusin', (event) => { const g = over(event); if (g) tell(named(g.dataset.name)); });
    host.addEventListener('click', (event) => { const g = over(event); if (g) open(g.dataset.name); });
    host.addEventListener('keydown', (event) => {
      const g = over(event), order = [...groups.values()];
      if (!g) return;
      const moves = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }, at = order.indexOf(g);
      if (event.key in moves) order[Math.max(0, Math.min(order.length - 1, at + moves[event.key]))].focus();
      else if (event.key === 'Home') order[0].focus();
      else if (event.key === 'End') order[order.length - 1].focus();
      else if (event.key === 'Enter' || event.key === ' ') open(g.dataset.name);
      else return;
      event.preventDefault();
    });

    function redraw() {
      if (!data || !host.clientWidth) return;
      width = host.clientWidth;
      const held = host.contains(document.activeElement) && document.activeElement.dataset.name;
      draw(host, data, groups);
      mark();
      if (held && groups.has(held)) groups.get(held).focus();
    }

    function load() {
      find('.empty').textContent = props.value ? '' : props.empty;
      find('.shown').hidden = !props.value;
      if (!props.value) return;
      const same = data && data.which === props.value.which;
      data = props.value;
      if (!same) chosen = null;
      find('.about').textContent = data.about;
      redraw();
      tell(chosen && named(chosen));
    }

    // The maps that are shown say which block they are of.
    document.addEventListener('explorer:unet-opened', (event) => {
      if (!data || event.detail.which !== data.which) return;
      chosen = event.detail.block;
      mark();
      tell(named(chosen));
    });
    new ResizeObserver(() => { if (host.clientWidth && Math.abs(host.clientWidth - width) > 1) redraw(); }).observe(host);
    watch('value', load);
    load();
  };
})(window.explorer);
