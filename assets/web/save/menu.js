'use strict';
// Save, below every widget that shows something: the animation as GIF, what is on the screen as PNG,
// its numbers as CSV and JSON; and the lines of Python that make the same. All of it happens here.
(function (ex) {
  const SAID = { gif: 'The animation as GIF', png: 'What is shown as PNG', csv: 'The numbers as CSV', json: 'Numbers and settings as JSON' };
  const REST = 3000; // ms that a word on copying stays

  // saves(element, props, watch, widget): theme.widget() in Python calls it for every widget.
  ex.saves = function (element, props, watch, widget) {
    const isPlayer = widget === 'player';
    const film = () => [props.value, props.value?.film].find((value) => value?.tracks?.length && value.positions);
    const picture = () => film().picture || props.picture;

    async function still(one) {
      if (!isPlayer) return ex.tightened(await ex.shot(element, { title: one.title, about: one.line }));
      const sheet = ex.filmSheet(film(), { title: one.title, about: one.line, picture: picture(), colour: true });
      const canvas = ex.element('canvas', { width: 2 * sheet.width, height: 2 * sheet.height }), context = canvas.getContext('2d');
      context.scale(2, 2);
      sheet.draw(context, position());
      return canvas;
    }

    const position = () => Number(element.querySelector('.transport input[type=range]')?.value || 0);
    const facts = () => (isPlayer ? { positions: film().positions, shown: position(), tracks: film().tracks.map(({ frames, ...track }) => track) }
      : { tables: ex.gathered(element) });
    const makers = {
      gif: (one, say) => (film() ? ex.filmGif(film(), picture(), one, say) : ex.shotsGif(element, one, say)),
      png: async (one) => ex.png(await still(one), { Software: `Denoising Explorer ${ex.version}`, ...one.about }),
      csv: (one) => ex.csv(one.about, ex.gathered(element)),
      json: (one) => new Blob([JSON.stringify({ about: one.about, code: ex.madeOf(element, props).code, ...facts() }, null, 1)],
        { type: 'application/json' }),
    };
    const offered = { gif: () => film()?.positions.length > 1 || (!film() && ex.scrubber(element)), csv: () => !isPlayer };

    async function save(kind, say) {
      const one = ex.asked(element, props);
      ex.offerFile(await makers[kind](one, say), `${one.name}.${kind}`);
    }
    element.append(ex.element('div', { class: 'saves' }, files(save, offered), code(watch, () => ex.madeOf(element, props).code || '')));
  };

  function files(save, offered) {
    const said = ex.element('output', { class: 'quiet', 'aria-live': 'polite' });
    const say = (text) => { said.textContent = text; };

    async function press({ currentTarget: button }) {
      button.disabled = true;
      try {
        await save(button.dataset.kind, say);
        say('Saved');
      } catch (error) {
        console.warn(error);
        say('This could not be saved.');
      }
      button.disabled = false;
    }

    const buttons = Object.entries(SAID).map(([kind, title]) => ex.element('button',
      { type: 'button', 'data-kind': kind, title, 'aria-label': title, onclick: press }, ex.element('span', { translate: 'no' }, kind.toUpperCase())));
    const box = ex.element('details', { class: 'save' }, ex.element('summary', {}, 'Save'), ex.element('div', { class: 'kinds' }, ...buttons, said));
    box.addEventListener('toggle', () => {
      say('');
      for (const button of buttons) button.hidden = Boolean(offered[button.dataset.kind]) && !offered[button.dataset.kind]();
    });
    return box;
  }

  // The lines of Python; they follow what is shown while they are open.
  function code(watch, lines) {
    const shown = ex.element('code', {}), said = ex.element('output', { class: 'quiet', 'aria-live': 'polite' });
    const copy = ex.element('button', { type: 'button', onclick: () => copied(shown.textContent, said) }, 'Copy');
    const box = ex.element('details', { class: 'made-by', hidden: '' }, ex.element('summary', {}, 'Code for this'),
      ex.element('pre', { class: 'explorer-code', translate: 'no', tabindex: 0, role: 'group', 'aria-label': 'Python code' }, shown), copy, ' ', said);
    const refresh = ex.oncePerFrame(() => {
      const now = lines();
      box.hidden = !now;
      if (box.open && shown.textContent !== now) shown.textContent = now;
    });
    box.addEventListener('toggle', refresh);
    for (const event of ['explorer:lab', 'explorer:position', 'input']) document.addEventListener(event, () => box.open && refresh());
    watch('value', refresh);
    refresh();
    return box;
  }

  async function copied(text, said) {
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = 'Copied';
    } catch { // neither HTTPS nor this machine, or forbidden
      said.textContent = 'The browser does not allow it here: select the lines and copy them.';
    }
    setTimeout(() => { said.textContent = ''; }, REST);
  }
})(window.explorer);
