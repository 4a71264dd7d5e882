// Comforts only: every page works without this file.
(function () {
  "use strict";

  const later = (run) =>
    document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", run) : run();

  // Copying a text: the button is hidden in the page and shown where copying works.
  function copyButtons() {
    for (const button of document.querySelectorAll("button[data-copy]")) {
      const text = button.closest(".copy").querySelector(".copy-text");
      const words = button.querySelector("span");
      const before = words.textContent;
      button.hidden = false;
      button.addEventListener("click", async () => {
        if (!(await copied(text))) return;
        words.textContent = button.dataset.done;
        setTimeout(() => { words.textContent = before; }, 2000);
      });
    }
  }

  async function copied(element) {
    try {
      await navigator.clipboard.writeText(element.textContent);
      return true;
    } catch (refused) {
      // Plain http and older WeChat have no clipboard object: select it, then the old command.
      const range = document.createRange();
      range.selectNodeContents(element);
      const selection = window.getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      return document.execCommand("copy");
    }
  }

  function printButtons() {
    for (const button of document.querySelectorAll("button[data-print]")) {
      button.hidden = false;
      button.addEventListener("click", () => window.print());
    }
  }

  function submitOnChange() {
    for (const form of document.querySelectorAll("form[data-submit-on-change]")) {
      form.addEventListener("change", (event) => {
        if (event.target.matches("select, input[type=radio], input[type=checkbox]")) form.requestSubmit();
      });
    }
  }

  // A field that narrows folded lists: lists that have what is typed open, the others go; empty, all is as it was.
  function filters() {
    for (const field of document.querySelectorAll("input[data-filter]")) {
      const lists = [...document.getElementById(field.getAttribute("aria-controls")).querySelectorAll("details")];
      const open = new Map(lists.map((list) => [list, list.open]));
      field.closest("[hidden]").hidden = false;
      field.addEventListener("input", () => narrow(field, lists, open));
      field.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
    }
  }

  function narrow(field, lists, open) {
    const wanted = field.value.trim().toLowerCase();
    const has = (element) => element.textContent.toLowerCase().includes(wanted);
    for (const list of lists) {
      const whole = has(list.querySelector("summary"));
      const rows = [...list.querySelectorAll("li")];
      for (const row of rows) row.hidden = !whole && !has(row);
      list.hidden = !whole && rows.every((row) => row.hidden);
      list.open = wanted ? !list.hidden : open.get(list);
    }
    field.parentElement.querySelector("[role=status] > span").hidden = lists.some((list) => !list.hidden);
  }

  // "/" goes to the search field, Escape closes an open menu.
  function keys() {
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest("input, textarea, select, [contenteditable]");
      if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        const field = document.querySelector("[data-search]");
        if (field) { event.preventDefault(); field.focus(); field.select(); }
      }
      if (event.key === "Escape") {
        const menu = document.querySelector("details.more[open]");
        if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
      }
    });
    document.addEventListener("click", (event) => {
      const menu = document.querySelector("details.more[open]");
      if (menu && !menu.contains(event.target)) menu.open = false;
    });
  }

  // What was typed into a long form stays in this browser until the form is sent.
  const KEPT = "input:not([type=hidden]):not([type=password]):not([type=file]), textarea, select";

  function drafts() {
    for (const form of document.querySelectorAll("form[data-draft]")) {
      const key = "draft:" + form.dataset.draft;
      const answered = document.querySelector("[data-errors]");
      if (!answered) restore(form, key);
      form.addEventListener("input", () => store(form, key));
      form.addEventListener("submit", () => localStorage.removeItem(key));
    }
  }

  function store(form, key) {
    const kept = [...form.querySelectorAll(KEPT)].filter((field) => field.name).map((field) => [
      field.name, field.value, "checked" in field ? field.checked : null,
    ]);
    try { localStorage.setItem(key, JSON.stringify(kept)); } catch (full) { /* private window: no draft */ }
  }

  function restore(form, key) {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(key)); } catch (unreadable) { return; }
    if (!kept) return;
    const fields = [...form.querySelectorAll(KEPT)].filter((field) => field.name);
    if (fields.length !== kept.length) return;
    fields.forEach((field, index) => {
      const [name, value, checked] = kept[index];
      if (field.name !== name) return;
      if (field.type === "checkbox" || field.type === "radio") field.checked = field.value === value && checked;
      else field.value = value;
    });
  }

  later(() => {
    copyButtons();
    printButtons();
    submitOnChange();
    filters();
    keys();
    drafts();
    const errors = document.querySelector("[data-errors]");
    if (errors) errors.focus();
  });
})();
