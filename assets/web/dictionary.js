'use strict';
// Looking up translations. English is the key: in it, {} is a number, {*} any text, {+} a text that is
// a key itself, {a} {b} ... are elements that stand inside a sentence, and <b>, <i>, <em>, <strong>, <a>
// around plain words stay what they are. See explorer/words/catalogue.py.
(function (ex) {
  const NUMBER = /\d+(?:[.,]\d+)*/g, SLOT = /\{[*+]?\}/g, WORD = /\p{L}{2}/u;
  const THOUSANDS = /^\d{1,3}(,\d{3})+(\.\d+)?$/;
  const JOINTS = [' · ', '; ', '. ', ': ', ' › ', ', ']; // between what may be known apart
  const MOST = 5000; // answers that are remembered

  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  ex.squeeze = (text) => text.replace(/\s+/g, ' ').trim();
  ex.hasWords = (text) => WORD.test(text);

  // A key with {*} as a pattern whose groups are its slots, in their order.
  function pattern([key, translation]) {
    const slots = key.match(SLOT), quoted = [...key.matchAll(SLOT)].map(({ index }) => key[index - 1] === '“');
    const source = key.split(SLOT).map(escaped)
      .reduce((whole, part, k) => whole + (slots[k - 1] === '{}' ? '(\\d+(?:[.,]\\d+)*)' : '(.+?)') + part);
    return { find: new RegExp(`^${source}$`, 'su'), slots, quoted, translation, length: key.length };
  }

  // Thousands apart by a space: a comma, as English has it, is a decimal point elsewhere.
  const grouped = (value) => (THOUSANDS.test(value) ? value.replace(/,/g, '\u202f') : value);

  // Fill slots in their order; {2} takes the second slot's value wherever it stands.
  function filled(translation, values) {
    let next = 0;
    return translation.replace(/\{([*+]?|\d+)\}/g, (slot, which) =>
      grouped(values[/\d/.test(which) ? which - 1 : next++] ?? slot));
  }

  // A dictionary of a table {key: translation}: text -> its translation, or null where there is
  // nothing to translate or nothing known; `missing` gathers the keys of the latter.
  ex.dictionary = function (table, missing) {
    const patterns = Object.entries(table).filter(([key]) => /\{[*+]\}/.test(key)).map(pattern)
      .sort((a, b) => b.length - a.length);

    const answers = new Map(); // scrubbing shows the same texts again and again

    function translated(text) {
      const plain = ex.squeeze(text);
      if (!WORD.test(plain.replace(/<\/?\w+>|\{\w\}/g, ' '))) {
        const apart = plain.replace(NUMBER, grouped);
        return apart === plain ? null : apart;
      }
      if (!answers.has(plain)) {
        if (answers.size > MOST) answers.clear();
        // What is not known whole may be known in its parts: captions are put together.
        answers.set(plain, found(plain) ?? parts(plain, 0));
      }
      const known = answers.get(plain);
      if (known === null) missing.add(plain.replace(NUMBER, '{}'));
      return known;
    }

    function found(plain) {
      const key = plain.replace(NUMBER, '{}');
      if (Object.hasOwn(table, key)) return filled(table[key], plain.match(NUMBER) || []);
      for (const { find, slots, quoted, translation } of patterns) {
        const values = find.exec(plain)?.slice(1);
        const known = values?.map((value, k) => (!WORD.test(value) ? value
          : quoted[k] && slots[k] === '{*}' ? null : found(value) ?? parts(value, 0))); // what was typed is quoted
        if (known?.every((value, k) => value !== null || slots[k] === '{*}')) {
          return filled(translation, known.map((value, k) => value ?? values[k]));
        }
      }
      return null;
    }

    function parts(plain, first) {
      for (let k = first; k < JOINTS.length; k++) {
        const pieces = plain.split(JOINTS[k]);
        const known = pieces.length > 1 ? joined(pieces, k) : null;
        if (known !== null) return known;
      }
      if (!/[.:]$/.test(plain)) return null;
      const known = found(plain.slice(0, -1)) ?? parts(plain.slice(0, -1), first);
      return known && known + plain.at(-1);
    }

    // Pieces that stood between the k-th joints, as many as possible taken as one.
    function joined(pieces, k) {
      if (pieces.length === 0) return '';
      for (let many = pieces.length; many > 0; many--) {
        const head = pieces.slice(0, many).join(JOINTS[k]);
        const known = !WORD.test(head) ? head : found(head) ?? (many === 1 ? parts(head, k + 1) : null);
        const rest = known === null ? null : joined(pieces.slice(many), k);
        if (rest !== null) return many < pieces.length ? known + JOINTS[k] + rest : known;
      }
      return null;
    }

    return translated;
  };
})(window.explorer);
