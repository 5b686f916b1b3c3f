/* Prints a paper at the press of a button, and puts the focus on what was wrong with a form. */
(() => {
  "use strict";
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  document.querySelector("[data-focus]")?.focus();
})();
