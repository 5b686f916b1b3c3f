/* How much of a file has been sent, while it is; and the focus on what was wrong with it. */
(() => {
  "use strict";
  const formOf = (event) => event.target.closest?.("[data-upload]");
  const going = (form, on) => {
    form.querySelector(".going").hidden = !on;
    form.querySelector("[type=submit]").disabled = on;
  };
  const show = (form, share) => {
    form.querySelector("progress").value = share;
    form.querySelector(".share").textContent = `${share} %`;
  };
  document.addEventListener("htmx:beforeSend", (event) => {
    const form = formOf(event);
    if (!form) return;
    show(form, 0);
    going(form, true);
  });
  document.addEventListener("htmx:xhr:progress", (event) => {
    const form = formOf(event);
    if (form && event.detail.lengthComputable) show(form, Math.floor((100 * event.detail.loaded) / event.detail.total));
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = formOf(event);
    if (form) going(form, false);
  });
  document.addEventListener("htmx:afterSettle", () => document.querySelector("[data-focus]")?.focus());
})();
