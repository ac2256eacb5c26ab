'use strict';
// Back and Forward of the browser: each tab and chapter that is opened is an entry of its history.
// What else is changed rewrites the entry that is there.
(function (ex) {
  const { link } = ex, { places, groups } = link;
  const PATIENCE = 10000; // ms until a chapter that does not come is given up
  if (!link.registry.controls.length) return; // a page of its own, such as a test's

  const [main] = groups.keys();
  let going = false; // to where Back or Forward leads

  const openIn = (group) => link.open.get(group) || groups.get(group)[0].key;
  const chaptersOf = (tab) => [...groups].find(([, [first]]) => first.key.startsWith(`${tab}.`))?.[0];

  // The key of the chapter that is open, or of the tab that has none.
  function place() {
    const tab = openIn(main), chapters = chaptersOf(tab);
    return chapters ? openIn(chapters) : tab;
  }

  let at = place(); // of the entry that is there
  history.replaceState({ ...history.state, at }, '');

  // The page says this now.
  ex.entry = function (address) {
    const now = place(), same = address === location.pathname + location.search + location.hash;
    if (now !== at && !going) history.pushState({ at: now }, '', address);
    else if (!same || history.state?.at !== now) history.replaceState({ ...history.state, at: now }, '', address);
    if (!going) at = now;
  };

  async function press(key) {
    const end = performance.now() + PATIENCE, named = `[role=tab][data-tab-id="${places.get(key).tab}"]`;
    while (performance.now() < end) {
      const tab = document.querySelector(named);
      if (tab?.getAttribute('aria-selected') === 'true') return;
      if (tab?.checkVisibility()) tab.click();
      await new Promise((resume) => requestAnimationFrame(resume));
    }
  }

  window.addEventListener('popstate', async ({ state }) => {
    if (!places.has(state?.at)) return;
    going = true;
    const [tab] = state.at.split('.');
    await press(tab);
    if (tab !== state.at) await press(state.at);
    at = state.at;
    going = false;
  });
  // Another link in the same window: the page is made anew for it.
  window.addEventListener('hashchange', () => { if (!history.state?.at) location.reload(); });
})(window.explorer);
