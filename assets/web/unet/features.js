'use strict';
// A block opened: its steps with formula and source, and the feature maps after the chosen one.
// Pointing at a map asks nothing; another step is one small request.
(function (ex) {
  const times = (s) => s.join(' × ');

  // The source line with the piece that is meant set apart.
  function code(step) {
    const at = step.line.indexOf(step.piece);
    return [step.line.slice(0, at), ex.element('b', {}, step.piece), step.line.slice(at + step.piece.length),
      ex.element('i', {}, `  # ${step.file}, line ${step.number}`)];
  }

  ex.unetFeatures = function (element, props, watch, fire) {
    const root = element.querySelector('.unet-features'), find = (selector) => root.querySelector(selector);
    let data = null, kept = 0, bytes = null, ramp = null;

    function thumbs() {
      find('.steps').replaceChildren(...data.steps.map((step, k) => {
        const [, h, w] = step.shape, picture = ex.picture(w, h, 3);
        picture.show(ex.coloured(ex.bytes(step.thumb), ramp));
        picture.canvas.setAttribute('aria-label', `The liveliest map after ${step.title}`);
        return ex.element('button', { type: 'button', 'aria-pressed': String(k === data.step), 'data-step': step.key,
          'aria-label': `${k + 1}. ${step.title}, ${times(step.shape)}`,
          onclick: () => fire({ place: `${data.which}|${data.block}|${k}` }) },
        picture.canvas, ex.element('span', {}, step.title));
      }));
    }

    // The map under the pointer, large, with its numbers.
    function one(map) {
      kept = map;
      const [count, h, w] = data.shape, n = h * w, picture = ex.picture(w, h, 3);
      picture.show(ex.coloured(bytes.subarray(map * n, (map + 1) * n), ramp));
      const said = `Map ${map + 1} of ${count}: from ${ex.show(data.low[map])} to ${ex.show(data.high[map])}` +
        (data.told ? `; scale ${ex.show(data.told.scale[map])}, shift ${ex.show(data.told.shift[map])}` : '');
      picture.canvas.setAttribute('aria-label', said);
      find('.large').replaceChildren(picture.canvas);
      find('.reading').textContent = said + '.';
    }

    function scale(step) {
      const canvas = find('.scale canvas'), image = canvas.getContext('2d').createImageData(255, 1);
      for (let i = 0; i < 255; i++) image.data.set([...ramp.subarray(3 * i, 3 * i + 3), 255], 4 * i);
      canvas.getContext('2d').putImageData(image, 0, 0);
      find('.scale .low').textContent = ex.show(-step.span);
      find('.scale .high').textContent = ex.show(step.span);
      const beyond = Math.max(...data.high, ...data.low.map((v) => -v)) > step.span;
      find('.covered').textContent = 'One scale for all maps of this step, from ' +
        `${ex.show(-step.span)} to ${ex.show(step.span)}, 0 in the middle` + (beyond ? '; less than 1 % of the values lie beyond.' : '.');
    }

    function seen() {
      const { shape: [h, w], channels, pixels } = data.seen, picture = ex.picture(w, h, channels);
      picture.show(ex.bytes(pixels));
      picture.canvas.setAttribute('aria-label', 'What the network is given: the noisy picture.');
      find('.seen').replaceChildren(picture.canvas, ex.element('span', { class: 'noise' }, ex.symbol('x_t')));
    }

    function load() {
      find('.empty').textContent = props.value ? '' : props.empty;
      find('.shown').hidden = !props.value;
      if (!props.value) return;
      const same = data && data.block === props.value.block && data.step === props.value.step && data.which === props.value.which;
      const focused = document.activeElement?.dataset?.step;
      data = props.value;
      bytes = ex.bytes(data.maps);
      ramp = ex.diverging(element);
      const step = data.steps[data.step], [count, h, w] = data.shape;
      find('h2').textContent = data.title;
      find('.what').textContent = `${step.title}: ${count === 1 ? 'one map' : `${count} feature maps`} of ${h} × ${w}. ` +
        (data.steps.length > 2 ? 'Click a step to see what it makes; each small picture is its liveliest map.' : '');
      seen();
      thumbs();
      find('.law').hidden = false;
      const [law, words] = step.formula.split(/(?=: )/); // mathematics is in no language
      find('.formula').replaceChildren(ex.element('span', { class: 'math' }, law), ...(words ? [': ', ex.element('span', {}, words.slice(2))] : []));
      find('.explorer-code').replaceChildren(...code(step));
      scale(step);
      const sheet = ex.sheet(find('.sheet'), { count, h, w }, one);
      sheet.show(bytes, ramp);
      sheet.canvas.setAttribute('aria-label', `${data.title}, ${step.title}: ${count} maps of ${h} × ${w}. Arrows move between them.`);
      ex.numbers(sheet.canvas, () => [{ name: `${data.title}, ${step.title}`, columns: ['map', 'row', ...Array.from({ length: w }, (_, x) => x)],
        rows: Array.from({ length: count * h }, (_, r) => [Math.floor(r / h) + 1, (r % h) + 1,
          ...Array.from(bytes.subarray(r * w, (r + 1) * w), (b) => ((b - 127) / 127) * step.span)]) }]);
      sheet.point(same ? Math.min(kept, count - 1) : data.first);
      find('.about').textContent = data.about;
      if (focused) find(`[data-step="${focused}"]`)?.focus();
      ex.announce(element, 'unet-opened', { which: data.which, block: data.block });
    }

    watch('value', load);
    load();
  };
})(window.explorer);
