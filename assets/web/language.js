'use strict';
// The page in another language. What is written in the page is English, and that English is the key
// of a translation: a catalogue of assets/words (see explorer/words/catalogue.py) whose address
// the page knows and which is fetched when it is first shown. An observer replaces texts as they appear, so no other script knows of languages.
(function (ex) {
  const SKIPPED = 'script, style, code, pre, textarea, kbd, .math, .as-read label, [translate=no]';
  const WITHIN = new Set(['A', 'ABBR', 'B', 'BR', 'BUTTON', 'CODE', 'EM', 'I', 'KBD', 'OUTPUT', 'SMALL', 'SPAN', 'STRONG', 'SUB', 'SUP', 'VAR', 'tspan']);
  const PLAIN = new Set(['A', 'B', 'EM', 'I', 'STRONG']);
  const ATTRIBUTES = ['aria-label', 'aria-valuetext', 'alt', 'placeholder', 'title'];
  const MARKS = /\{([a-z])\}|<(a|b|em|i|strong)>(.*?)<\/\2>/g;
  const KEPT = 'explorer.language';

  let translated = null; // the dictionary of the language that is shown; none in English
  const missing = new Set(); // keys without a translation, for the test that there are none
  const texts = new WeakMap(); // text node -> {english, shown}
  const units = new WeakMap(); // element -> {english, inside, shown: its text nodes}
  const names = new WeakMap(); // element -> {attribute: {english, shown}}

  function put(node, english) {
    const known = translated(english);
    const [before, after] = [/^\s*/.exec(english)[0], /\s*$/.exec(english)[0]];
    const shown = known === null ? english : before + known + after;
    texts.set(node, { english, shown });
    if (node.data !== shown) node.data = shown;
  }

  function text(node) {
    if (!node.data.trim()) return;
    if (texts.get(node)?.shown !== node.data) put(node, node.data);
  }

  // A sentence with elements inside it: text of its own, and nothing in it that is a block.
  function isSentence(element) {
    return element.childElementCount > 0 && element.closest('.explorer-widget, .masthead')
      && [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && ex.hasWords(node.data))
      && [...element.children].every((child) => WITHIN.has(child.tagName));
  }

  const isPlain = (child) => PLAIN.has(child.tagName) && child.childNodes.length === 1
    && child.firstChild.nodeType === Node.TEXT_NODE && !child.matches(SKIPPED) && !child.dataset.part;

  // The key of a sentence, and the elements that it stands for.
  function taken(element) {
    const inside = { marked: {}, plain: [] };
    let next = 0;
    const english = [...element.childNodes].map((node) => {
      if (node.nodeType === Node.TEXT_NODE) return node.data;
      if (node.nodeType !== Node.ELEMENT_NODE) return '';
      if (isPlain(node)) {
        inside.plain.push(node);
        const tag = node.tagName.toLowerCase();
        return `<${tag}>${node.textContent}</${tag}>`;
      }
      const letter = String.fromCharCode(97 + next++);
      inside.marked[letter] = node;
      return `{${letter}}`;
    }).join('');
    return { english, inside };
  }

  // Put a sentence into an element; its own elements are moved to their places, never made again.
  function compose(element, sentence, { marked, plain }) {
    const left = [...plain], nodes = [];
    let end = 0;
    for (const found of sentence.matchAll(MARKS)) {
      const [whole, letter, tag, words] = found;
      nodes.push(sentence.slice(end, found.index));
      end = found.index + whole.length;
      if (letter) nodes.push(marked[letter] || whole);
      else {
        const at = left.findIndex((node) => node.tagName.toLowerCase() === tag);
        const [node] = at < 0 ? [] : left.splice(at, 1);
        if (node) {
          const { data } = node.firstChild;
          texts.set(node.firstChild, { english: texts.get(node.firstChild)?.english ?? data, shown: words });
          node.firstChild.data = words;
        }
        nodes.push(node || words);
      }
    }
    nodes.push(sentence.slice(end));
    element.replaceChildren(...nodes.filter((node) => node !== ''));
    return [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
  }

  // Whether what stands in a sentence is still what was put there.
  const isShown = (element) => units.get(element)?.shown.some((node) => node.parentNode === element);

  function sentence(element) {
    const { english, inside } = taken(element);
    const known = translated(english);
    if (known !== null) units.set(element, { english, inside, shown: compose(element, known, inside) });
    Object.values(inside.marked).forEach(walk);
  }

  function attributes(element) {
    if (element.closest('[translate=no]')) return;
    const kept = names.get(element) || {};
    for (const attribute of ATTRIBUTES) {
      const now = element.getAttribute(attribute);
      if (!now || kept[attribute]?.shown === now) continue;
      const shown = translated(now) ?? now;
      kept[attribute] = { english: now, shown };
      if (shown !== now) element.setAttribute(attribute, shown);
    }
    names.set(element, kept);
  }

  function walk(node) {
    if (node.nodeType === Node.TEXT_NODE) { text(node); return; }
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    attributes(node);
    const { formula } = node.dataset;
    if (formula) ex.setFormula(node, translated(formula) ?? formula);
    if (node.matches(SKIPPED)) return;
    if (isShown(node)) [...node.children].forEach(walk);
    else if (isSentence(node)) sentence(node);
    else node.childNodes.forEach(walk);
  }

  const skipped = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest(SKIPPED);

  function changed(record) {
    const { target } = record;
    if (!target.isConnected) return;
    if (record.type === 'attributes') { attributes(target); return; }
    if (skipped(target)) return;
    if (record.type === 'characterData') { text(target); return; }
    if (!isShown(target) && isSentence(target)) { units.delete(target); sentence(target); }
    else record.addedNodes.forEach((node) => node.isConnected && !skipped(node) && walk(node));
  }

  const observer = new MutationObserver((records) => {
    records.forEach(changed);
    observer.takeRecords(); // what this changed
  });

  // Every text back to its English, so that another language can begin from it.
  function restore(node) {
    if (node.nodeType === Node.TEXT_NODE) {
      const kept = texts.get(node);
      if (kept && kept.shown === node.data) { texts.delete(node); node.data = kept.english; }
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    for (const [attribute, kept] of Object.entries(names.get(node) || {})) {
      if (node.getAttribute(attribute) === kept.shown) node.setAttribute(attribute, kept.english);
    }
    names.delete(node);
    if (node.dataset.formula) { ex.setFormula(node, node.dataset.formula); return; }
    if (isShown(node)) compose(node, units.get(node).english, units.get(node).inside);
    units.delete(node);
    node.childNodes.forEach(restore);
  }

  const tables = {}; // language -> the promise of its catalogue
  let asked = 'en';

  function fetched(language) {
    tables[language] ||= fetch(ex.catalogues[language]).then((answer) => answer.json())
      .catch(() => { delete tables[language]; return null; }); // the page stays English
    return tables[language];
  }

  async function show(language) {
    asked = language;
    const table = language === 'en' ? null : await fetched(language);
    if (asked !== language) return; // another was chosen meanwhile
    observer.disconnect();
    if (translated) restore(document.body);
    translated = table ? ex.dictionary(table, missing) : null;
    document.documentElement.lang = table ? language : 'en';
    document.dispatchEvent(new Event('explorer:language'));
    if (!table) return;
    walk(document.body);
    observer.observe(document.body, {
      subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES,
    });
  }

  // A text as it is shown.
  ex.said = (text) => translated?.(text) ?? text;

  // What a node says in English, whatever language it is shown in.
  ex.english = function (node) {
    if (units.has(node)) return ex.squeeze(units.get(node).english.replace(/<\/?\w+>/g, ''));
    if (node.nodeType === Node.TEXT_NODE) return texts.get(node)?.english ?? node.data;
    return ex.squeeze([...node.childNodes].map(ex.english).join(''));
  };

  // The switch in the masthead: one button a language.
  ex.languages = function (element) {
    const buttons = [...element.querySelectorAll('button[lang]')];
    const mark = () => buttons.forEach((b) => b.setAttribute('aria-pressed', b.lang === document.documentElement.lang));
    buttons.forEach((button) => button.addEventListener('click', () => {
      try { localStorage.setItem(KEPT, button.lang); } catch { /* then it holds until the page is closed */ }
      show(button.lang);
    }));
    document.addEventListener('explorer:language', mark);
    mark();
  };

  // The address (?lang=de) goes before what was chosen here earlier, and that before the browser.
  function first() {
    const known = Object.keys(ex.catalogues || {});
    let kept = null;
    try { kept = localStorage.getItem(KEPT); } catch { /* forbidden: as if never chosen */ }
    const wanted = [new URLSearchParams(location.search).get('lang'), kept,
      ...navigator.languages.map((tag) => tag.split('-')[0])];
    return wanted.find((language) => language === 'en' || known.includes(language)) || 'en';
  }

  ex.untranslated = missing;
  const begin = () => show(first());
  if (document.body) begin(); else document.addEventListener('DOMContentLoaded', begin);
})(window.explorer);
