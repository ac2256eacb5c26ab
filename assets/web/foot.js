'use strict';
// The foot of the page: the version, and what computes here. Asked until it no longer changes.
(function (ex) {
  const FIRST = 5000; // ms to the second question; each later one takes twice as long
  const MOST = 8; // questions

  ex.foot = function (element, props, watch, server) {
    const part = (name) => element.querySelector(`[data-foot=${name}]`);
    async function ask(count) {
      const found = await server.computed(0).catch(() => null);
      if (found) {
        part('backend').textContent = found.name;
        part('cores').textContent = found.cores;
        part('line').hidden = false;
      }
      if (!found?.settled && count < MOST) setTimeout(ask, FIRST * 2 ** count, count + 1);
    }
    ask(0);
  };
})(window.explorer);
