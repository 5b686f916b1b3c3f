/* What HTML alone cannot do: suggestions while typing, copying, telling a screen reader what changed. */
(() => {
  "use strict";
  const WAIT = 90; // milliseconds after the last key
  const on = (name, listener) => document.addEventListener(name, listener);
  const byId = (id) => document.getElementById(id);
  const announce = (text) => { const place = byId("announcer"); if (place) place.textContent = text; };

  /* The ARIA combobox with a listbox. Listeners sit on the document, so what htmx swaps in works. */
  let timer = 0;
  let asked = null;
  let chosen = -1;
  let composing = false;

  const isBox = (target) => target instanceof HTMLInputElement && target.getAttribute("role") === "combobox";
  const listOf = (box) => byId(box.getAttribute("aria-controls"));
  const optionsOf = (box) => listOf(box).children;

  const close = (box) => {
    clearTimeout(timer);
    asked?.abort();
    asked = null;
    choose(box, -1);
    listOf(box).hidden = true;
    box.setAttribute("aria-expanded", "false");
  };

  const choose = (box, index) => {
    const options = optionsOf(box);
    chosen = index;
    for (let i = 0; i < options.length; i++) options[i].setAttribute("aria-selected", String(i === index));
    if (index < 0) box.removeAttribute("aria-activedescendant");
    else {
      box.setAttribute("aria-activedescendant", options[index].id);
      options[index].scrollIntoView({ block: "nearest" });
    }
  };

  const option = (item, index) => {
    const line = document.createElement("li");
    line.id = `suggestion-${index}`;
    line.role = "option";
    line.setAttribute("aria-selected", "false");
    line.dataset.href = `/credit/${encodeURIComponent(item.uscc)}`;
    const name = document.createElement("span");
    name.lang = "zh-CN";
    name.innerHTML = item.highlight; // escaped by the server, but for <mark>
    const code = document.createElement("span");
    code.className = "code";
    code.textContent = item.uscc;
    line.append(name, " ", code);
    return line;
  };

  const show = (box, typed, items) => {
    const list = listOf(box);
    list.dataset.answers = typed;
    list.replaceChildren(...items.map(option));
    choose(box, -1);
    const open = items.length > 0 && document.activeElement === box;
    list.hidden = !open;
    box.setAttribute("aria-expanded", String(open));
    if (open) announce(list.dataset.count.replace("{n}", items.length));
  };

  const ask = async (box) => {
    const typed = box.value.trim();
    asked?.abort();
    if (!typed) return close(box);
    const mine = (asked = new AbortController());
    try {
      const answer = await fetch(`/api/v1/suggest?q=${encodeURIComponent(typed)}`, { signal: mine.signal });
      if (answer.ok) show(box, typed, (await answer.json()).items);
      else close(box);
    } catch (error) {
      if (error.name !== "AbortError") close(box);
    }
  };

  const later = (box) => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT, box);
  };

  const steps = {
    ArrowDown: (at, last) => (at >= last ? -1 : at + 1),
    ArrowUp: (at, last) => (at < 0 ? last : at - 1),
    Home: (at) => (at < 0 ? undefined : 0), // nothing chosen: keys move in the text
    End: (at, last) => (at < 0 ? undefined : last),
  };

  const keyed = (event) => {
    const box = event.target;
    if (!isBox(box) || composing || event.isComposing || event.keyCode === 229) return;
    const open = !listOf(box).hidden;
    const next = open ? steps[event.key]?.(chosen, optionsOf(box).length - 1) : undefined;
    if (event.key === "Escape" && open) close(box);
    else if (event.key === "Enter" && open && chosen >= 0) location.assign(optionsOf(box)[chosen].dataset.href);
    else if (event.key === "ArrowDown" && !open) ask(box);
    else if (next !== undefined) choose(box, next);
    else {
      if (event.key === "Enter" || event.key === "Tab") close(box);
      return;
    }
    event.preventDefault();
  };

  on("compositionstart", () => { composing = true; });
  on("compositionend", (event) => {
    composing = false;
    if (isBox(event.target)) later(event.target);
  });
  on("input", (event) => {
    if (isBox(event.target) && !composing && !event.isComposing) later(event.target);
  });
  on("keydown", keyed);
  on("focusout", (event) => { if (isBox(event.target)) close(event.target); });
  on("mousedown", (event) => {
    if (event.target.closest?.("[role=option]")) event.preventDefault(); // the box keeps the focus
  });
  on("click", (event) => {
    const line = event.target.closest?.("[role=option]");
    if (line) return location.assign(line.dataset.href);
    const button = event.target.closest?.("[data-copy]");
    if (button) copy(button);
  });

  /* Copying. */
  const copy = async (button) => {
    await navigator.clipboard.writeText(button.dataset.copy);
    announce(button.dataset.done);
    const label = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = label; }, 2000);
  };
  const reveal = () => {
    if (navigator.clipboard) for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
  };

  /* Results swapped by htmx: what was open stays open, the focus stays, the total is said. */
  let opened = [];
  let focused = "";
  on("htmx:beforeSwap", () => {
    opened = [...document.querySelectorAll("#results details[open]")].map((details) => details.id);
    focused = document.activeElement.id;
    for (const box of document.querySelectorAll("[role=combobox]")) close(box);
  });
  on("htmx:afterSwap", () => {
    for (const id of opened) { const details = byId(id); if (details) details.open = true; }
    byId(focused)?.focus({ preventScroll: true });
  });
  on("htmx:afterSettle", () => {
    reveal();
    const total = document.querySelector("[data-announce]");
    if (!total) return;
    announce(total.textContent.trim());
    if (document.activeElement === document.body) total.focus({ preventScroll: true });
  });
  on("htmx:historyRestore", reveal);
  on("htmx:sendError", (event) => location.assign(event.detail.pathInfo.finalRequestPath));
  reveal();
})();
