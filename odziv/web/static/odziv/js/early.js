/* Runs before the first paint, so that neither theme nor navigation flashes. Classic script, blocking, tiny. */
(function () {
  "use strict";
  try {
    var root = document.documentElement;
    var theme = localStorage.getItem("odziv.theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    if (localStorage.getItem("odziv.nav") === "closed") root.dataset.nav = "closed";
  } catch (error) {
    // Storage is blocked: the system's theme and an open navigation are right.
  }
})();
