'use strict';
// The chapter "Cause" of the Attention tab: the intact run beside the one that was chosen of the
// changed ones, and their difference. All runs came in one answer; choosing asks nothing more.
(function (ex) {
  ex.causes = function (element, props, watch) {
    const root = element.querySelector('.causes'), find = (selector) => root.querySelector(selector);
    const set = (selector, words) => { find(selector).textContent = words; };
    let data = null, frames = [], chosen = 1, made = [], reload = () => {};

    function film() {
      if (!data) return null;
      const count = data.positions.length, { size } = data, run = data.runs[chosen];
      const track = (name, packed, channels, role, alt) =>
        ({ name, row: '', caption: '', role, alt, ink: '', notes: null, at: null, shape: [count, size, size, channels], frames: packed });
      return { positions: data.positions, start: count - 1, seconds: 4, picture: 200, tracks: [
        track('intact', data.runs[0].frames, 3, 'prediction', `Ends as: ${data.runs[0].reads}.`),
        track(run.label, run.frames, 3, 'prediction', `Ends as: ${run.reads}.`),
        track('difference', ex.packed(ex.apart(frames[0], frames[chosen], 3)), 1, null,
          'The largest difference of red, green and blue at each pixel; black where both are the same.'),
      ] };
    }

    function show() {
      const run = data.runs[chosen], [intact] = data.runs;
      made.forEach((m, k) => { m.checked = k + 1 === chosen; });
      const same = run.reads === intact.reads;
      set('.statement', `Intact, the picture reads: ${intact.reads}. ${run.label[0].toUpperCase()}${run.label.slice(1)}: ` +
        `${same ? 'the same' : run.reads}. At the end a colour value differs by ${run.apart.toFixed(1)} of 255 in the mean.`);
      reload();
    }

    function thumbs() {
      made = [];
      const last = (data.positions.length - 1) * 3 * data.size ** 2;
      find('.runs-row').replaceChildren(...data.runs.slice(1).map((run, k) => {
        const picture = ex.picture(data.size, data.size, 3);
        picture.show(frames[k + 1], last);
        picture.canvas.setAttribute('aria-hidden', 'true');
        const input = ex.element('input', { type: 'radio', name: 'cause-choice', value: k + 1,
          'aria-label': `${run.label}; reads: ${run.reads}`, onchange: () => { chosen = k + 1; show(); } });
        made.push(input);
        return ex.element('label', { class: 'thumb' }, input, picture.canvas, ex.element('b', {}, run.label),
          ex.element('span', {}, run.reads === data.runs[0].reads ? 'reads the same' : run.reads));
      }));
    }

    function load() {
      if (!props.value) return set('.missing', props.empty);
      set('.missing', props.value.missing || '');
      find('.shown').hidden = Boolean(props.value.missing);
      if (props.value.missing) { data = null; return; }
      data = props.value;
      frames = data.runs.map((run) => ex.bytes(run.frames));
      chosen = data.start;
      set('.question', data.question);
      set('.about', data.about);
      thumbs();
      show();
    }

    ex.player(element, { name: 'cause', picture: 200, empty: props.empty, get value() { return film(); } },
      (_name, call) => { reload = call; }, () => {});
    watch('value', load);
    load();
  };
})(window.explorer);
