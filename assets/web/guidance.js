'use strict';
// One step of guidance taken apart: a player without controls of its own, for the scale that is
// chosen here, which moves with the row of scales above. props.value: {scales, films}.
(function (ex) {
  const PAIR = { guidance: 'parts', parts: 'guidance' };

  // Two players, one time line: what one does, the other follows.
  function link() {
    const at = {};
    document.addEventListener('explorer:position', ({ detail: { player, position } }) => {
      const other = PAIR[player];
      if (!other) return;
      at[player] = position;
      if (at[other] === position) return;
      at[other] = position;
      document.dispatchEvent(new CustomEvent('explorer:seek', { detail: { player: other, position } }));
    });
  }

  ex.guidance = function (element, props, watch) {
    const root = element.querySelector('.guidance'), which = root.querySelector('.which');
    const watchers = [], inner = { name: 'parts', picture: 200, value: null, empty: 'Nothing to take apart yet.' };
    let chosen = null;

    function choose(scale) {
      const { scales, films } = props.value;
      chosen = scale;
      root.querySelector('.scale-now').textContent = scale.replace('scale ', '');
      inner.value = films[scales.indexOf(scale)];
      watchers.forEach((load) => load());
    }

    function load() {
      root.hidden = !props.value || !props.value.films;
      if (root.hidden) return;
      const { scales } = props.value;
      const now = scales.includes(chosen) ? chosen : scales[Math.max(0, scales.length - 2)];
      which.replaceChildren(...scales.map((scale) => {
        const input = ex.element('input', { type: 'radio', name: 'guidance-scale', value: scale, onchange: () => choose(scale) });
        input.checked = scale === now;
        return ex.element('label', { class: 'chip' }, input, scale);
      }));
      choose(now);
    }

    ex.player(element, inner, (key, watcher) => watchers.push(watcher));
    link();
    watch('value', load);
    load();
  };
})(window.explorer);
