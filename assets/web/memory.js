'use strict';
// What a person's browser keeps of what they did, under keys 'explorer.…'. Nothing is ever sent.
(function (ex) {
  // What the browser keeps of us under a key; null where it keeps nothing, or may not.
  ex.recall = function (key) {
    try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
  };

  // Keep a value under a key; null forgets it. A browser that keeps nothing is no error.
  ex.remember = function (key, value) {
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify(value));
    } catch { /* blocked: it is forgotten with the page */ }
  };
})(window.explorer);
