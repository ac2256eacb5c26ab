'use strict';
// The quiz, taken twice. Kept as {before: {answers: {id: option}, date}, after: {...}}; date null
// as long as it is not handed in. Nothing is sent: the file is made and saved by the browser.
(function (ex) {
  const KEY = 'explorer.quiz', TAKES = ['before', 'after'];
  const TITLES = { before: 'Before the course', after: 'After the course' };
  const AGAIN = { before: 'Before: handed in', after: 'After: handed in' };
  const FORGET = 'Forget my answers', SURE = 'Press again to forget them all';

  const cell = (value) => `"${String(value).replace(/"/g, '""')}"`;
  const today = () => new Date().toLocaleDateString('sv'); // 2026-11-25, in the learner's own zone

  function table(items, kept) {
    const chosen = (item, take) => kept[take]?.date ? item.options[kept[take].answers[item.id]] ?? '' : '';
    const right = (item, take) => kept[take]?.date ? (chosen(item, take) === item.right ? 'yes' : 'no') : '';
    const head = ['item', 'before', 'after', 'right', 'correct before', 'correct after', 'date before', 'date after'];
    const rows = items.map((item) => [item.id, chosen(item, 'before'), chosen(item, 'after'), item.right,
      right(item, 'before'), right(item, 'after'), kept.before?.date || '', kept.after?.date || '']);
    return [head, ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';
  }

  function save(text, name) {
    const link = ex.element('a', { href: URL.createObjectURL(new Blob(['\ufeff', text], { type: 'text/csv' })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  function question(item, answer, onchange) {
    return ex.element('li', {}, ex.element('fieldset', {}, ex.element('legend', {}, item.ask),
      ...item.options.map((option, i) => {
        const input = ex.element('input', { type: 'radio', name: `quiz-${item.id}`, value: i, onchange: () => onchange(i) });
        input.checked = answer === i;
        return ex.element('label', {}, input, ex.element('span', {}, option));
      })));
  }

  function verdict(item, kept) {
    const lines = TAKES.filter((take) => kept[take]?.date).map((take) => {
      const answer = item.options[kept[take].answers[item.id]], right = answer === item.right;
      return ex.line(right ? 'answered right' : 'answered', TITLES[take], answer ?? 'No answer',
        ex.element('em', {}, right ? 'right' : 'not right'));
    });
    return ex.element('li', {}, ex.element('h3', {}, item.ask), ...lines,
      ex.line('solution', 'Right answer', item.right), ex.element('p', {}, item.why),
      ex.element('p', { class: 'quiet' }, ex.visitor(item.place)));
  }

  ex.quiz = function (element, { items }) {
    const part = (name) => element.querySelector(`[data-part=${name}]`);
    const form = part('form'), results = part('results'), forget = part('forget');
    const starts = [...element.querySelectorAll('[data-take]')];
    let kept = { ...ex.recall(KEY) }, taking = null, shown = false, sure = false;
    for (const take of TAKES) if (typeof kept[take]?.answers !== 'object') delete kept[take]; // not ours

    const keep = () => ex.remember(KEY, Object.keys(kept).length ? kept : null);
    const done = (take) => Boolean(kept[take]?.date);
    const count = (take) => items.filter((item) => kept[take].answers[item.id] === item.index).length;

    function score() {
      const [before, after] = TAKES.map((take) => (done(take) ? count(take) : null));
      if (before === null) return `After the course: ${after} of ${items.length} right.`;
      if (after === null) return `Before the course: ${before} of ${items.length} right.`;
      return `Before the course ${before} of ${items.length} right, after it ${after} of ${items.length}.`;
    }

    function draw() {
      const any = TAKES.some(done), open = shown && any && !taking;
      starts.forEach((button) => {
        const take = button.dataset.take;
        button.textContent = done(take) ? AGAIN[take] : take === 'before' ? 'Take it before the course' : 'Take it after the course';
        button.disabled = done(take);
        button.setAttribute('aria-pressed', String(taking === take));
      });
      form.hidden = !taking;
      results.hidden = !open;
      part('show').hidden = !any || open || Boolean(taking);
      part('save').hidden = !any;
      forget.hidden = !Object.keys(kept).length;
      forget.textContent = sure ? SURE : FORGET;
      part('warning').hidden = part('show').hidden || TAKES.every(done);
      if (!open) return;
      part('score').textContent = score();
      part('answers').replaceChildren(...items.map((item) => verdict(item, kept)));
    }

    function start(take) {
      taking = take;
      sure = false;
      kept[take] = kept[take] || { answers: {}, date: null };
      part('title').textContent = TITLES[take];
      part('status').textContent = '';
      part('items').replaceChildren(...items.map((item) => question(item, kept[take].answers[item.id],
        (i) => { kept[take].answers[item.id] = i; keep(); })));
      draw();
      part('title').focus();
    }

    starts.forEach((button) => button.addEventListener('click', () => start(button.dataset.take)));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (!Object.keys(kept[taking].answers).length) {
        part('status').textContent = 'Nothing is answered yet: choose at least one answer, or leave it for later.';
        return;
      }
      kept[taking].date = today();
      keep();
      taking = null;
      shown = TAKES.every(done);
      part('status').textContent = shown ? 'Handed in. Both are done.' : 'Handed in and kept in this browser.';
      draw();
      if (shown) results.querySelector('h2').focus();
    });
    part('later').addEventListener('click', () => { taking = null; draw(); });
    part('show').addEventListener('click', () => { shown = true; draw(); results.querySelector('h2').focus(); });
    part('save').addEventListener('click', () => save(table(items, kept), 'denoising-explorer-quiz.csv'));
    forget.addEventListener('click', () => {
      if (!sure) { sure = true; draw(); return; }
      kept = {};
      sure = false;
      taking = null;
      shown = false;
      keep();
      part('status').textContent = 'Forgotten.';
      draw();
    });
    shown = TAKES.every(done);
    draw();
  };
})(window.explorer);
