'use strict';
// What all chapters of the Forward tab obey: the scrubber over t, the schedule, the noise and the
// grey scale. It stays at the bottom of the screen.
(function (ex) {
  ex.clock = function (element, props) {
    const root = element.querySelector('.clock'), find = (selector) => root.querySelector(selector);
    const { names, seeds, start } = props, { lab } = ex;
    const transport = ex.transport(find('.controls'), {
      name: 'Time t', key: 'forward.t', label: (t) => 't = ' + t, onmove: (t) => lab.set({ t }) });

    for (const [key, name] of Object.entries(names)) {
      const input = ex.element('input', { type: 'radio', name: 'forward-schedule', value: key,
        onchange: () => lab.set({ schedule: key }) });
      input.checked = key === lab.state.schedule;
      find('.schedules').append(ex.element('label', { class: 'chip' }, input, ex.swatch(key), name));
    }
    for (let i = 0; i < seeds; i++) find('.seed').append(ex.element('option', { value: i }, String(i)));
    find('.seed').onchange = (event) => lab.set({ seed: Number(event.target.value) });
    find('.span').onchange = (event) => lab.set({ span: Number(event.target.value) });
    find('.span').value = String(lab.state.span);

    (element.closest('.forward') || root).addEventListener('keydown', transport.key);
    document.addEventListener('explorer:seek', ({ detail }) => {
      if (detail.player === 'forward') transport.seek(detail.position);
    });
    transport.set(ex.schedules.linear.alpha.length, start, 8);
    ex.state.scan(); // what a link asks for, before anything is drawn
  };
})(window.explorer);
