// A review is decided by keyboard: c confirms, o overrules, n goes on. Each opens a dialog or a page; nothing is ruled by one key.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
  const opens = { c: "confirm-opens", o: "overrule-opens", n: "next" }[event.key];
  const found = opens && document.getElementById(opens);
  if (!found) return;
  event.preventDefault();
  found.click();
  const dialog = document.querySelector("dialog[open]");
  if (dialog) dialog.querySelector(event.key === "c" ? "button.primary" : "textarea")?.focus();
});
