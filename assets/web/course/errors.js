'use strict';
// Ten common errors: own or disown each, then its truth opens. Answers stay in this browser.
(function (ex) {
  const KEY = 'explorer.errors', OWNED = 'I would have said so', DENIED = 'I would not';

  // Pieces that stand in one line and are texts of their own: a label in bold first, then the rest.
  ex.line = (kind, ...pieces) => ex.element('div', { class: `line ${kind}` }, ...pieces.flatMap((piece, i) => [
    typeof piece === 'string' ? ex.element('p', { class: i ? null : 'label' }, piece) : piece, ' ']));

  function bars({ bars, measure, role }) {
    if (!bars.length) return null;
    const most = Math.max(...bars.map(([, value]) => value));
    return ex.element('figure', { class: role },
      ex.element('figcaption', { class: 'quiet' }, measure),
      ex.element('dl', {}, ...bars.flatMap(([label, value]) => [
        ex.element('dt', {}, label),
        ex.element('dd', {}, ex.element('i', { style: `width:${100 * value / most}%` }), ex.element('span', {}, String(value)))])));
  }

  function answer(error) {
    return ex.element('div', { class: 'truth-told', hidden: '' },
      ex.element('p', {}, error.truth),
      ex.line('quiet', 'Why people think so.', error.why),
      ex.element('div', { class: 'shown' }, ex.element('p', {}, error.figure), bars(error)),
      ex.line('quiet source', 'Computed from', ex.element('code', {}, error.source)),
      ex.line('to', ex.visitor(error.place), error.do));
  }

  ex.errors = function (element, props) {
    const part = (name) => element.querySelector(`[data-part=${name}]`);
    const all = part('all'), again = part('again'), count = part('count');
    let kept = ex.recall(KEY) || {}, open = false;

    const items = props.errors.map((error) => {
      const told = answer(error), id = `error-${error.id}`;
      const buttons = [['yes', OWNED], ['no', DENIED]].map(([key, text]) => ex.element('button', {
        type: 'button', class: 'plain', 'aria-controls': id,
        onclick: () => { kept = { ...kept, [error.id]: key }; ex.remember(KEY, kept); draw(); } }, text));
      told.id = id;
      const root = ex.element('li', {}, ex.element('h2', {}, error.said),
        ex.element('p', { class: 'own', role: 'group', 'aria-label': error.said }, ...buttons), told);
      return { error, told, buttons, root };
    });

    function draw() {
      for (const { error, told, buttons, root } of items) {
        const said = kept[error.id];
        told.hidden = !said && !open;
        root.classList.toggle('open', !told.hidden);
        buttons.forEach((button, i) => {
          button.setAttribute('aria-pressed', String(said === (i ? 'no' : 'yes')));
          button.setAttribute('aria-expanded', String(!told.hidden));
        });
      }
      const met = items.filter(({ error }) => kept[error.id]).length;
      const owned = items.filter(({ error }) => kept[error.id] === 'yes').length;
      all.hidden = open || met === items.length;
      again.hidden = !met && !open;
      count.textContent = met ? `${met} of 10 answered; you would have said ${owned} of them.` : '';
    }

    all.addEventListener('click', () => { open = true; draw(); });
    again.addEventListener('click', () => { kept = {}; open = false; ex.remember(KEY, null); draw(); });
    part('list').replaceChildren(...items.map(({ root }) => root));
    draw();
  };
})(window.explorer);
