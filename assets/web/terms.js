'use strict';
// The terms of the glossary: formulas, the key terms of a chapter with a card each, the way there.
(function (ex) {
  const PATIENCE = 10000; // ms until a chapter that does not come is given up
  const GAP = 6; // px between a word and its card, and between a card and the edge of the screen

  // See explorer/app/terms.py.
  ex.unpackTerms = ({ places, rows }) => rows.map(([id, term, also, sentence, formula, code, see, paper, key]) => ({
    id, term, also, sentence, formula, paper, code: code && `explorer.${code}`,
    see: see.map((i) => places[i]), key: key.map((i) => places[i]),
  }));

  // A symbol is a letter with its marks, digits below it, and an index; a word stands upright.
  const SYMBOL = /([A-Za-z]{2,}|[A-Za-zα-ωΣ]\p{M}*)([₀-₉]*)(?:_(?:\{([^}]*)\}|(\w+|∞)))?|\^\{([^}]*)\}|\d+(?:\.\d+)?|[^]/gu;
  const below = (digits) => digits.replace(/./gu, (d) => '₀₁₂₃₄₅₆₇₈₉'.indexOf(d));

  function role(letter, digits) {
    if (/^[xz]\u0302/.test(letter)) return 'prediction';
    if (letter[0] === 'α' || (/^[xz]$/.test(letter) && digits === '₀')) return 'signal';
    return /^[εσ]/.test(letter) ? 'noise' : null;
  }

  function symbol(letter, digits, index) {
    const low = below(digits) + (index || '');
    const wordy = /^[A-Za-z]{2,}$/.test(letter) && !/^d[a-z]$/.test(letter); // dx is d and x
    return ex.element(wordy ? 'span' : 'i', { class: role(letter, digits) }, letter,
      low ? ex.element('sub', {}, ...parts(low)) : null);
  }

  const parts = (text) => [...text.matchAll(SYMBOL)].map(([all, letter, digits, braced, index, power]) => {
    if (letter) return symbol(letter, digits, braced || index);
    if (power) return ex.element('sup', {}, ...parts(power));
    return all;
  });

  // 'x_t = α x₀ + e^{−h} ε' in the type of mathematics, signal and noise in their colours. Its words
  // are translated: language.js has it set again, from the formula as a whole.
  ex.formula = (text) => ex.setFormula(ex.element('span', { class: 'math typed', 'data-formula': text }), text);
  ex.setFormula = (node, text) => { node.replaceChildren(...parts(text.normalize('NFD'))); return node; };

  // --- a term where it is used -------------------------------------------------------------------

  let card = null, owner = null, pressed = null;

  function makeCard() {
    card = ex.element('div', { class: 'explorer-widget term-card', popover: 'auto', role: 'dialog',
      tabindex: -1, autofocus: '', 'aria-labelledby': 'term-card-title' });
    card.addEventListener('toggle', ({ newState }) => {
      if (newState === 'open' || !owner) return;
      owner.setAttribute('aria-expanded', 'false');
      const lost = document.activeElement === document.body || card.contains(document.activeElement);
      if (lost && owner.isConnected) owner.focus({ preventScroll: true });
      owner = null;
    });
    // A card that is translated once it shows changes its height.
    new ResizeObserver(() => owner && place(owner)).observe(card);
    (document.querySelector('.gradio-container') || document.body).append(card);
  }

  function place(button) {
    const at = button.getBoundingClientRect(), { offsetWidth: w, offsetHeight: h } = card;
    const wide = document.documentElement.clientWidth, high = document.documentElement.clientHeight;
    const left = Math.max(GAP, Math.min(at.left, wide - w - GAP));
    const above = at.bottom + GAP + h > high && at.top - GAP - h > 0;
    card.style.left = `${left + window.scrollX}px`;
    card.style.top = `${(above ? at.top - GAP - h : at.bottom + GAP) + window.scrollY}px`;
  }

  const hasGlossary = () => !['course', 'course.glossary'].some((key) => ex.link.hide.has(key));

  function open(term, button) {
    if (!card?.isConnected) makeCard();
    if (card.matches(':popover-open')) card.hidePopover();
    card.replaceChildren(
      ex.element('b', { id: 'term-card-title' }, term.term),
      ex.element('p', {}, term.sentence),
      term.formula ? ex.element('p', { class: 'formula' }, ex.formula(term.formula)) : '',
      term.code ? ex.element('p', {}, ex.element('code', {}, term.code)) : '',
      ex.element('p', { class: 'ways' },
        hasGlossary() ? ex.element('button', { type: 'button', class: 'visit', onclick: () => { owner = null; card.hidePopover(); ex.define(term.id); } }, 'Open the glossary') : '',
        ex.element('button', { type: 'button', class: 'visit', onclick: () => card.hidePopover() }, 'Close')));
    place(button); // to show it is to focus it, and that would scroll to wherever it was
    card.showPopover({ source: button });
    owner = button;
    button.setAttribute('aria-expanded', 'true');
    place(button);
  }

  const shows = (button) => owner === button && card?.matches(':popover-open');

  function word(term) {
    const button = ex.element('button', { type: 'button', class: 'visit', 'aria-haspopup': 'dialog', 'aria-expanded': 'false',
      // The press that closes the card must not open it again.
      onpointerdown: () => { pressed = shows(button) ? button : null; },
      onclick: () => {
        if (pressed !== button && !shows(button)) open(term, button);
        else if (shows(button)) card.hidePopover();
        pressed = null;
      } }, term.term);
    return button;
  }

  // One quiet line in host: the key terms of a place, 'Tab/Chapter'. Nothing where it has none.
  ex.terms = function (host, place) {
    const found = ex.vocabulary.filter((term) => term.key.includes(place));
    if (!found.length) return;
    host.append(ex.element('div', { class: 'quiet key-terms', role: 'group', 'aria-label': 'Words' }, ex.element('span', {}, 'Words:'),
      ...found.map((term) => ex.element('span', {}, word(term)))));
  };

  // Opens the glossary at a term. Resolves to whether it is there.
  ex.define = async function (id) {
    if (!await ex.visit('Course/Glossary')) return false;
    const end = performance.now() + PATIENCE;
    while (performance.now() < end) {
      const search = document.querySelector('.glossary [data-part=search]');
      if (search?.value) { search.value = ''; search.dispatchEvent(new Event('input')); }
      const entry = document.getElementById(`term-${id}`);
      if (entry && entry.offsetParent) {
        document.querySelectorAll('.glossary .called').forEach((node) => node.classList.remove('called'));
        entry.classList.add('called');
        entry.scrollIntoView({ block: 'start', behavior: 'instant' });
        entry.querySelector('dt').focus({ preventScroll: true });
        return true;
      }
      await new Promise((resume) => requestAnimationFrame(resume));
    }
    return false;
  };
})(window.explorer);
