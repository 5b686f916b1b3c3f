/* Copies the link of a draft, or the number and secret of a receipt, at the press of a button. */
(() => {
  "use strict";
  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
      document.getElementById("announcer").textContent = button.textContent = button.dataset.done;
    });
  }
  document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
  document.querySelectorAll("[data-print]").forEach((button) => (button.hidden = false));
  document.querySelector("[data-focus]")?.focus();
})();
