'use strict';
// The question that a chapter opens with: a guess first, then the answer, the gap and the reason.
// The guess stays in this browser, under explorer.guess.ID; nothing is sent.
//
// A kind of guess is a function (host, question, touched) -> {
//   guess(): the guess, or null while there is none    fits(value): whether a remembered one is one
//   lock(guess or null): the answer beside the guess   open(): ready for a new guess
//   gap(guess): how far off, a sentence                focus(): go to where one guesses }
// that calls touched() whenever the guess changes.
(function (ex) {
  const LONG = 160; // characters beyond which what else there is to say waits to be opened
  const key = (id) => 'explorer.guess.' + id;

  const number = (value) => String(Number(value.toPrecision(6))).replace('-', '−');

  function choice(host, { id, options, right }, touched) {
    const inputs = options.map((option) => ex.element('input',
      { type: 'radio', name: 'ask-' + id, value: option, onchange: touched }));
    const labels = inputs.map((input, i) => ex.element('label', {}, input, ex.element('span', {}, options[i])));
    host.replaceChildren(...labels);
    const mark = (i, name, text) => {
      labels[i].classList.add(name);
      labels[i].append(ex.element('small', {}, text));
    };

    function open() {
      inputs.forEach((input) => { input.disabled = false; input.checked = false; });
      labels.forEach((label) => { label.className = ''; label.querySelectorAll('small').forEach((tag) => tag.remove()); });
    }

    function lock(guess) {
      open();
      inputs.forEach((input, i) => { input.disabled = true; input.checked = options[i] === guess; });
      mark(options.indexOf(right), 'right', 'the answer');
      if (guess !== null && guess !== right) mark(options.indexOf(guess), 'mine', 'your guess');
    }

    const gap = (guess) => (guess === right ? `You said “${guess}”, and that is right.`
      : `You said “${guess}”; it is “${right}”.`);
    return {
      guess: () => inputs.find((input) => input.checked)?.value ?? null,
      fits: (guess) => options.includes(guess),
      lock, open, gap, focus: () => inputs[0].focus(),
    };
  }

  // Guess and answer on the range of what could be guessed.
  function line({ low, high, right }, guess, said) {
    const W = 300, at = (value) => 12 + ((value - low) / (high - low)) * (W - 24);
    const root = ex.svg('svg', { viewBox: `0 0 ${W} 44`, class: 'line', 'aria-hidden': 'true' });
    const text = (value, y, name) => ex.svg('text', { x: Math.max(26, Math.min(W - 26, at(value))), y, class: name, 'text-anchor': 'middle' }, said(value));
    root.append(ex.svg('line', { x1: at(low), x2: at(high), y1: 22, y2: 22 }),
      ex.svg('circle', { cx: at(right), cy: 22, r: 6, class: 'right' }), text(right, 41, 'right'));
    if (guess !== null) root.append(ex.svg('circle', { cx: at(guess), cy: 22, r: 6, class: 'mine' }), text(guess, 12, 'mine'));
    return root;
  }

  function range(host, question, touched) {
    const { low, high, step, unit, right, ask } = question;
    const said = (value) => number(value) + (unit ? ' ' + unit : '');
    let moved = false;
    const output = ex.element('output', {});
    const input = ex.element('input', { type: 'range', min: low, max: high, step, 'aria-label': ask });
    const look = () => {
      output.textContent = moved ? said(Number(input.value)) : '?';
      input.setAttribute('aria-valuetext', said(Number(input.value)));
    };
    const move = () => { moved = true; look(); touched(); };
    // A press on the thumb where it stands is a guess as well, and changes nothing.
    for (const event of ['input', 'click', 'pointerup']) input.addEventListener(event, move);

    function open() {
      moved = false;
      input.value = low + step * Math.round((high - low) / step / 2);
      host.replaceChildren(ex.element('span', { class: 'end' }, said(low)), input,
        ex.element('span', { class: 'end' }, said(high)), output);
      look();
    }

    function gap(guess) {
      const off = number(Math.abs(guess - right));
      if (Math.abs(guess - right) < step / 2) return `You said ${said(guess)}, and that is right.`;
      return guess > right ? `You said ${said(guess)}; it is ${said(right)}: ${off} too high.`
        : `You said ${said(guess)}; it is ${said(right)}: ${off} too low.`;
    }

    open();
    return {
      guess: () => (moved ? Number(input.value) : null),
      fits: (guess) => Number.isFinite(guess) && guess >= low && guess <= high,
      lock: (guess) => host.replaceChildren(line(question, guess, said)),
      open, gap, focus: () => input.focus(),
    };
  }

  ex.guesses = { choice, number: range }; // the third, sketch: ask-sketch.js

  const folded = (title, ...parts) => ex.element('details', {}, ex.element('summary', {}, title), ...parts);

  // What is said after the gap; on a later visit all of it waits to be opened.
  function reasons({ why, words, more, of, where, source }, fresh) {
    const rest = more && ex.element('p', {}, more), short = more && more.length <= LONG;
    const from = [ex.element('p', { class: 'quiet' }, 'Where the answer comes from:'), ex.element('code', {}, source)];
    const said = [
      words && ex.element('p', {}, words), ex.element('p', {}, why), short && rest,
      of && ex.element('p', { class: 'quiet' }, `Measured on the model ${of}, which ships with the app; another may differ.`),
      where && ex.element('p', { class: 'quiet' }, where),
    ].filter(Boolean);
    const last = more && !short ? [rest] : [];
    if (!fresh) return [folded('Why', ...said, ...last, ...from)];
    return [...said, last.length ? folded('More', ...last, ...from) : folded('Where the answer comes from', from[1])];
  }

  ex.ask = function (element, props) {
    const { question } = props, root = element.querySelector('.ask');
    const find = (name) => root.querySelector(`[data-part=${name}]`);
    const reveal = find('reveal'), skip = find('skip'), told = find('told');
    let shown = false;
    root.classList.add(question.kind);
    root.dataset.question = question.id;
    find('asked').textContent = question.ask;
    const kind = ex.guesses[question.kind](find('guess'), question, () => { reveal.disabled = kind.guess() === null; });

    function answer(guess, fresh = true) { // null: skipped
      shown = true;
      root.classList.add('answered');
      kind.lock(guess);
      reveal.textContent = 'Ask me again';
      reveal.disabled = false;
      skip.hidden = true;
      told.replaceChildren(
        ex.element('p', { class: 'gap' }, guess === null ? `The answer: ${question.answer}` : kind.gap(guess)),
        ...reasons(guess === null ? { ...question, words: null } : question, fresh));
      if (fresh) told.scrollIntoView({ block: 'nearest' }); // on a phone it may lie behind the player
    }

    function again() {
      shown = false;
      root.classList.remove('answered');
      ex.remember(key(question.id), null);
      kind.open();
      reveal.textContent = 'Reveal';
      reveal.disabled = true;
      skip.hidden = false;
      told.replaceChildren();
      kind.focus();
    }

    function press() {
      if (shown) return again();
      ex.remember(key(question.id), kind.guess());
      answer(kind.guess());
    }

    reveal.addEventListener('click', press);
    skip.addEventListener('click', () => { answer(null); reveal.focus(); });
    root.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && event.target.matches('input') && !reveal.disabled) press();
    });
    const before = ex.recall(key(question.id));
    if (before !== null && kind.fits(before)) answer(before, false);
    ex.terms?.(find('terms'), question.place);
  };
})(window.explorer);
