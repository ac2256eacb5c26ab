'use strict';
// The glossary: every term of the page's vocabulary, and a search that narrows them at once.
(function (ex) {
  const GREEK = { α: 'alpha', β: 'beta', γ: 'gamma', ε: 'epsilon', η: 'eta', θ: 'theta', λ: 'lambda',
    μ: 'mu', ρ: 'rho', σ: 'sigma', ς: 'sigma', φ: 'phi', '∇': 'gradient', '∞': 'infinity' };

  // Words as they are compared: ' epsilon x0 frechet '. Accents, hats, case and signs are gone.
  function plain(text) {
    const bare = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
    const spelt = bare.replace(/[α-ω∇∞]/gu, (letter) => (letter in GREEK ? ` ${GREEK[letter]} ` : letter));
    return ` ${spelt.replace(/_/g, '').replace(/[^\p{L}\p{N}]+/gu, ' ').trim()} `;
  }

  // Words count from their beginning: "eta" is not in "beta". Scripts without spaces: anywhere.
  const holds = (text, word) => text.includes(` ${word}`) || (/[^\x00-\x7f]/.test(word) && text.includes(word));

  function entry(term) {
    const dfn = ex.element('dfn', {}, term.term);
    // Papers and code are in English: there a term keeps its names, and on other pages gains its own.
    const own = ex.element('span', { hidden: '' }, term.term);
    const dt = ex.element('dt', { tabindex: -1 }, dfn, ex.element('span', { class: 'also', lang: 'en', translate: 'no' },
      own, ...term.also.map((name) => ex.element('span', {}, name))));
    const sentence = ex.element('dd', {}, term.sentence);
    const node = ex.element('div', { id: `term-${term.id}` }, dt, sentence,
      term.formula ? ex.element('dd', { class: 'formula' }, ex.formula(term.formula)) : null,
      ex.element('dd', { class: 'ways' },
        term.code ? ex.element('code', {}, term.code) : null,
        ...term.see.map((place) => ex.visitor(place)),
        term.paper ? ex.element('span', { class: 'cited' }, term.paper) : null));
    const english = { name: [term.term, ...term.also].join(' '), rest: `${term.sentence} ${term.code}` };
    // What is on the screen counts too: it may be in another language.
    const rank = (words) => {
      const name = plain(`${english.name} ${dt.textContent}`);
      const all = name + plain(`${english.rest} ${sentence.textContent}`);
      if (!words.every((word) => holds(all, word))) return null;
      return words.every((word) => holds(name, word)) ? 0 : 1;
    };
    const renamed = () => { own.hidden = dfn.textContent.toLowerCase() === term.term.toLowerCase(); };
    const order = (language) => (language === 'en' ? term.id : plain(dfn.textContent));
    return { node, dfn, rank, renamed, order };
  }

  ex.glossary = function (element) {
    const [search, count, nothing, list] = ['search', 'count', 'nothing', 'list']
      .map((part) => element.querySelector(`[data-part=${part}]`));
    const entries = ex.vocabulary.map(entry), all = entries.length;

    function narrow() {
      const words = plain(search.value).trim().split(' ').filter(Boolean);
      const ranks = entries.map(({ rank }) => rank(words));
      const found = [0, 1].flatMap((wanted) => entries.filter((_, i) => ranks[i] === wanted));
      // The others stay in the page, hidden, so that they too change their language.
      entries.forEach(({ node }, i) => { node.hidden = ranks[i] === null; });
      list.append(...found.map(({ node }) => node));
      nothing.hidden = found.length > 0;
      count.textContent = found.length === all ? `${all} terms` : `${found.length} of ${all} terms`;
    }
    search.addEventListener('input', narrow);
    narrow();

    // From A to Z in the language that the page is shown in.
    const translations = new MutationObserver(() => {
      const { lang } = document.documentElement;
      entries.forEach(({ renamed }) => renamed());
      entries.sort((a, b) => a.order(lang).localeCompare(b.order(lang), lang));
      narrow();
    });
    entries.forEach(({ dfn }) => translations.observe(dfn, { characterData: true, childList: true, subtree: true }));
  };
})(window.explorer);
