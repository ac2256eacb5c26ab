'use strict';
// The chapter "What does each part do?": the intact run beside one without a part, and all of them
// in the order of their distance. All runs came in one answer; choosing asks nothing more.
(function (ex) {
  const HOWS = { '': 'all', cut: 'skips cut', silence: 'blocks silenced', freeze: 'blocks frozen', off: 'attention, AdaGN off' };
  const percent = (share) => `${Math.round(100 * share)} %`;

  // A distance in words; share: of that between the pictures of two noises.
  function inWords(share) {
    if (share < 0.05) return 'hardly anything changes';
    if (share < 0.3) return 'details change';
    return share < 0.7 ? 'the picture changes' : 'about as different as the picture of another noise';
  }

  ex.unetParts = function (element, props, watch) {
    const root = element.querySelector('.unet-parts'), find = (selector) => root.querySelector(selector);
    let data = null, chosen = 1, how = '', inputs = [], reload = () => {};

    function film() {
      if (!data) return null;
      const count = data.positions.length, [h, w] = data.shape, c = data.channels;
      const [intact, run] = [data.runs[0], data.runs[chosen]];
      const row = (title, key, frames, at, said) => {
        const track = (name, packed, channels, role, caption, alt) =>
          ({ name, row: title, caption, role, alt, ink: '', notes: null, at, shape: [frames, h, w, channels], frames: packed });
        return [track('intact', intact[key], c, 'prediction', said(intact), 'With the whole network.'),
          track(run.label, run[key], c, 'prediction', said(run), 'Without this part.'),
          track('difference', ex.packed(ex.apart(ex.bytes(intact[key]), ex.bytes(run[key]), c)), 1, null, '',
            'How far the two are apart at each pixel; black where they are the same.')];
      };
      return { positions: data.positions, start: count - 1, seconds: 4, picture: 150, tracks: [
        ...row('The whole sample', 'frames', count, null, (one) => (one.reads ? `reads: ${one.reads}` : '')),
        ...row(`One call: x̂₀ at ${data.degrees}°`, 'jump', 1, Array(count).fill(0), () => '')] };
    }

    function show() {
      const run = data.runs[chosen], { other } = data;
      inputs.forEach((input) => { input.checked = Number(input.value) === chosen; });
      find('.statement').textContent = `${run.label[0].toUpperCase()}${run.label.slice(1)}: ${inWords(run.share)}. ` +
        `The sample is ${ex.show(run.apart)} away from the intact one (root mean square, 2 from black to white): ` +
        `${percent(run.share)} of the distance of ${other.label}, ${ex.show(other.apart)}. ` +
        `x̂₀ at ${data.degrees}° is ${ex.show(run.apart_jump)} away.`;
      reload();
    }

    function thumbs() {
      const [h, w] = data.shape, last = (data.positions.length - 1) * h * w * data.channels;
      inputs = [];
      find('.runs-row').replaceChildren(...data.runs.map((run, k) => {
        if (!k || (how && run.how !== how)) return null;
        const picture = ex.picture(w, h, data.channels);
        picture.show(ex.bytes(run.frames), last);
        picture.canvas.setAttribute('aria-label', `The sample: ${run.label}`);
        const input = ex.element('input', { type: 'radio', name: 'unet-part', value: k,
          'aria-label': `${run.label}: ${percent(run.share)} of another noise${run.reads ? `, reads ${run.reads}` : ''}`,
          onchange: () => { chosen = k; show(); } });
        inputs.push(input);
        return ex.element('label', { class: 'thumb' }, input, picture.canvas,
          ex.element('i', { class: 'far' }, ex.element('b', { style: `width:${Math.min(100, 100 * run.share)}%` })),
          ex.element('b', {}, run.label), ex.element('span', {}, percent(run.share)));
      }).filter(Boolean));
    }

    function filters() {
      const there = Object.keys(HOWS).filter((key) => !key || data.runs.some((run) => run.how === key));
      find('.hows').replaceChildren(...there.map((key) => ex.element('button', { type: 'button', 'aria-pressed': String(key === how),
        onclick: () => { how = key; filters(); thumbs(); pick(); show(); } }, HOWS[key])));
    }

    // What is large is one of those that are shown.
    function pick() {
      if (!inputs.some((input) => Number(input.value) === chosen)) chosen = Number(inputs[0].value);
    }

    function load() {
      find('.missing').textContent = props.value ? '' : props.empty;
      find('.shown').hidden = !props.value;
      if (!props.value) return;
      const before = data && data.runs[chosen] && data.runs[chosen].label;
      data = props.value;
      chosen = Math.max(1, data.runs.findIndex((run) => run.label === before));
      if (!data.runs.some((run) => run.how === how)) how = '';
      find('.about').textContent = data.about;
      filters();
      thumbs();
      pick();
      show();
    }

    ex.player(element, { name: 'unet-parts', picture: 150, empty: props.empty, get value() { return film(); } },
      (_name, call) => { reload = call; }, () => {});
    watch('value', load);
    load();
  };
})(window.explorer);
