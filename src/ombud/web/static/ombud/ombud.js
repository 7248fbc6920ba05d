// What pages gain where scripts run. Everything can be read and handed in without them.
"use strict";

const words = JSON.parse(document.getElementById("words").textContent);
// The server's clock, not the reader's: a phone that is wrong by ten minutes must not lie about a window.
const ahead = Date.parse(document.body.dataset.at) - Date.now();
const pad = (n) => String(n).padStart(2, "0");

function left(until) {
  const s = Math.floor((until - (Date.now() + ahead)) / 1000);
  if (s < 0) return [words.late, "bad"];
  if (s >= 86400) return [words.days.replace("{days}", Math.floor(s / 86400)).replace("{hours}", pad(Math.floor(s / 3600) % 24)), s < 604800 ? "plain" : "plain"];
  if (s >= 3600) return [words.hours.replace("{hours}", Math.floor(s / 3600)).replace("{minutes}", pad(Math.floor(s / 60) % 60)), "warn"];
  return [`${pad(Math.floor(s / 60))}:${pad(s % 60)}`, "bad"];
}

function tick() {
  if (document.body.dataset.still) return; // the clock of a demo stands still between its moves
  for (const clock of document.querySelectorAll("time.clock[data-live]")) {
    const [said, tone] = left(Date.parse(clock.dateTime));
    if (clock.textContent !== said) clock.textContent = said;
    clock.classList.remove("bad", "warn", "plain");
    clock.classList.add(tone);
  }
}
setInterval(tick, 1000);
tick();

document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    event.preventDefault();
    try {
      await navigator.clipboard.writeText(copy.dataset.copy);
      copy.setAttribute("data-copied", "");
      document.getElementById("said").textContent = words.copied;
    } catch { /* the whole id stands in the title */ }
  }
  const opens = event.target.closest("[data-opens]");
  if (opens) {
    const dialog = document.getElementById(opens.dataset.opens);
    if (dialog && dialog.showModal) { event.preventDefault(); dialog.showModal(); }
  }
  if (event.target.closest("[data-closes]")) event.target.closest("dialog").close();
});

// j and k go through a list, Enter opens, / searches, ? shows what there is.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, dialog")) return;
  const rows = [...document.querySelectorAll("table.list tbody tr[data-href]")];
  const here = rows.findIndex((row) => row.classList.contains("at"));
  const go = (index) => {
    if (!rows[index]) return;
    rows.forEach((row) => row.classList.remove("at"));
    rows[index].classList.add("at");
    rows[index].scrollIntoView({ block: "nearest" });
    rows[index].querySelector("a")?.focus({ preventScroll: true });
  };
  if (event.key === "j") go(Math.min(here + 1, rows.length - 1));
  else if (event.key === "k") go(Math.max(here - 1, 0));
  else if (event.key === "Enter" && here >= 0 && event.target === document.body) location.href = rows[here].dataset.href;
  else if (event.key === "/") {
    const search = document.querySelector("input[type=search]");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  } else if (event.key === "?") document.getElementById("keys")?.showModal();
});

const offline = document.getElementById("offline");
const connection = () => { offline.hidden = navigator.onLine; };
addEventListener("online", connection);
addEventListener("offline", connection);
document.addEventListener("htmx:sendError", () => { offline.hidden = false; });
document.addEventListener("htmx:afterOnLoad", () => { offline.hidden = true; tick(); });
