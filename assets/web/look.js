'use strict';
// How the page looks, by the switches of the masthead: dark or light ground, and larger and stronger
// for a projector (present.css). Both are kept in this browser; the address (?present, and Gradio's
// ?__theme=dark) goes before that. A change is told as `explorer:look` on document.
(function (ex) {
  const PRESENT = 'explorer.present', GROUND = 'explorer.ground';
  const page = document.documentElement, address = new URLSearchParams(location.search);
  let ground = address.has('__theme') ? null : ex.recall(GROUND); // 'dark', 'light', or as the system says

  ex.presenting = () => page.classList.contains('present');
  const dark = () => document.body.classList.contains('dark');
  const changed = () => document.dispatchEvent(new CustomEvent('explorer:look'));

  // The open chapter at the top of the screen; what stands above it is one scroll away. A tab that
  // is opened for the first time is not there at once.
  function fill(frames = 60) {
    const chapters = [...document.querySelectorAll('.chapters')].find((node) => node.offsetParent);
    if (chapters) chapters.scrollIntoView({ block: 'start', behavior: 'instant' });
    if (!chapters && frames) requestAnimationFrame(() => fill(frames - 1));
  }

  function present(on) {
    page.classList.toggle('present', on);
    changed();
    if (on && document.body) fill();
  }

  ex.looks = function (element) {
    const [darken, enlarge] = ['dark', 'present'].map((name) => element.querySelector(`[data-look=${name}]`));
    const mark = () => {
      darken.setAttribute('aria-pressed', dark());
      enlarge.setAttribute('aria-pressed', ex.presenting());
    };
    darken.addEventListener('click', () => {
      ground = dark() ? 'light' : 'dark';
      ex.remember(GROUND, ground);
      hold();
    });
    enlarge.addEventListener('click', () => {
      present(!ex.presenting());
      ex.remember(PRESENT, ex.presenting() || null);
    });
    document.addEventListener('explorer:look', mark);
    mark();
  };

  // Gradio sets the class `dark` when it starts and when the system changes; a choice outlasts both.
  function hold() {
    if (ground && dark() !== (ground === 'dark')) document.body.classList.toggle('dark', ground === 'dark');
  }
  function begin() {
    let was = dark();
    new MutationObserver(() => {
      hold();
      if (was === dark()) return;
      was = dark();
      changed();
    }).observe(document.body, { attributes: true, attributeFilter: ['class'] });
    hold();
  }

  document.addEventListener('click', (event) => {
    if (ex.presenting() && event.target.closest('[role=tab]')) requestAnimationFrame(() => requestAnimationFrame(() => fill()));
  });
  present(address.has('present') ? address.get('present') !== '0' : Boolean(ex.recall(PRESENT)));
  if (document.body) begin(); else document.addEventListener('DOMContentLoaded', begin);
})(window.explorer);
