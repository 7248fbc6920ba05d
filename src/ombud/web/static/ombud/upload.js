// The page of a case where scripts run: files are dropped and sent one after the other, what fails waits for the
// connection, previews open over the page, words typed stay in this browser until the evidence is handed in.
"use strict";

(() => {
  const section = () => document.getElementById("evidence");
  const waiting = [];
  let sending = false;

  const list = () => document.querySelector("#evidence .uploads");
  const say = (name) => list().dataset[name];
  const token = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}")["x-csrftoken"] || "";

  function put(files, kind) {
    for (const file of files) waiting.push({ file, kind, state: "", share: 0, error: "" });
    draw();
    next();
  }

  function draw() {
    const into = list();
    if (!into) return;
    into.replaceChildren(...waiting.map((one) => {
      const row = document.createElement("li");
      const name = document.createElement("strong");
      name.textContent = one.file.name;
      row.append(name, " ");
      if (one.state === "sending") {
        const bar = document.createElement("progress");
        bar.max = 1;
        bar.value = one.share;
        bar.setAttribute("aria-label", `${one.file.name}: ${say("sending")}`);
        row.append(bar);
      } else if (one.state === "which") {
        const select = document.getElementById("kind").cloneNode(true);
        select.removeAttribute("id");
        select.setAttribute("aria-label", `${one.file.name}: ${say("which")}`);
        select.options[0].textContent = say("which");
        select.addEventListener("change", () => { if (select.value) { one.kind = select.value; one.state = ""; next(); } });
        row.append(select);
      } else {
        row.append(one.error || (one.state === "failed" ? say("waiting") : ""));
        if (one.state === "failed") {
          const again = document.createElement("button");
          again.type = "button";
          again.className = "small";
          again.textContent = say("again");
          again.addEventListener("click", () => { one.state = ""; next(); });
          row.append(" ", again);
        }
      }
      return row;
    }));
  }

  function next() {
    const one = waiting.find((each) => each.state === "");
    if (sending || !one || !section()) return draw();
    if (one.file.size > Number(section().dataset.most)) {
      one.state = "large";
      one.error = say("large");
      return next();
    }
    sending = true;
    one.state = "sending";
    const form = new FormData();
    form.append("kind", one.kind);
    form.append("file", one.file, one.file.name);
    const request = new XMLHttpRequest();
    request.open("POST", document.querySelector("#evidence form.drop").action);
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("X-CSRFToken", token());
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) { one.share = event.loaded / event.total; draw(); }
    });
    const over = (state) => {
      sending = false;
      one.state = state;
      one.error = state === "failed" && navigator.onLine ? say("failed") : "";
      if (state === "failed" && !navigator.onLine) document.getElementById("offline").hidden = false;
      draw();
      if (state !== "failed") next();
    };
    request.addEventListener("load", () => {
      if (request.status !== 200) return over("failed");
      if (request.getResponseHeader("X-Kind-Wanted")) return over("which");
      waiting.splice(waiting.indexOf(one), 1);
      swap(request.responseText);
      over("done");
    });
    request.addEventListener("error", () => over("failed"));
    request.send(form);
    draw();
  }

  function swap(text) {
    const answer = new DOMParser().parseFromString(text, "text/html");
    const made = answer.getElementById("evidence");
    if (!made) return;
    section().replaceWith(made);
    const act = answer.getElementById("act");
    if (act) document.getElementById("act")?.replaceWith(act);
    htmx.process(made);
    ready();
  }

  // What is chosen is sent at once: its button is for those without scripts.
  function ready() {
    for (const form of document.querySelectorAll("#evidence form.add")) {
      form.querySelector("button").classList.add("visually-hidden");
      form.querySelector("button").tabIndex = -1;
    }
    draw();
  }

  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!input.matches("#evidence input[type=file]")) return;
    put([...input.files], input.form.elements.kind.value);
    input.value = "";
  });
  addEventListener("online", () => {
    for (const one of waiting) if (one.state === "failed") one.state = "";
    next();
  });
  const zone = (event) => event.target.closest && event.target.closest("#evidence");
  for (const name of ["dragenter", "dragover"]) {
    document.addEventListener(name, (event) => {
      if (!event.dataTransfer || ![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      section()?.classList.toggle("over", Boolean(zone(event)));
    });
  }
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) section()?.classList.remove("over"); });
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer || !event.dataTransfer.files.length) return;
    event.preventDefault();
    section()?.classList.remove("over");
    if (!zone(event) || !document.querySelector("#evidence form.drop")) return;
    const slot = event.target.closest(".slot");
    put([...event.dataTransfer.files], slot ? slot.dataset.kind : document.getElementById("kind").value);
  });
  addEventListener("beforeunload", (event) => { if (waiting.some((one) => one.state === "sending")) event.preventDefault(); });

  // Details stay as somebody left them when the part is drawn anew.
  let open = [];
  const key = (one) => `${one.closest("[data-kind]")?.dataset.kind}:${one.className}`;
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.id === "evidence") open = [...document.querySelectorAll("#evidence details")].map((one) => [key(one), one.open]);
  });
  document.addEventListener("htmx:afterSettle", () => {
    for (const one of document.querySelectorAll("#evidence details")) {
      const was = open.find(([name]) => name === key(one));
      if (was) one.open = was[1];
    }
    open = [];
    ready();
  });

  // Previews over the page; without scripts they are pages of their own.
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-looks]");
    const dialog = document.getElementById("look");
    if (!link || !dialog || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      const answer = await fetch(link.href, { headers: { "HX-Request": "true" } });
      if (!answer.ok) throw new Error(answer.status);
      document.getElementById("look-body").innerHTML = await answer.text();
      if (!dialog.open) dialog.showModal();
      dialog.querySelector(".pointed")?.scrollIntoView({ block: "nearest" });
    } catch { location.href = link.href; }
  });
  document.addEventListener("error", (event) => {
    if (!event.target.matches || !event.target.matches(".preview img")) return;
    const preview = event.target.closest(".preview");
    preview.hidden = true;
    preview.parentElement.querySelector(".broken").hidden = false;
  }, true);

  // Words that are typed survive a lost connection and a closed tab.
  for (const text of document.querySelectorAll("textarea[data-keep]")) {
    text.dataset.first = text.value;
    try {
      const kept = localStorage.getItem(text.dataset.keep);
      if (kept !== null) text.value = kept;
      text.addEventListener("input", () => localStorage.setItem(text.dataset.keep, text.value));
    } catch { /* a browser that keeps nothing */ }
  }
  document.addEventListener("click", async (event) => {
    const copies = event.target.closest("[data-copies]");
    if (copies) {
      const text = document.getElementById(copies.dataset.copies);
      try { await navigator.clipboard.writeText(text.value); } catch { text.select(); }
      document.getElementById("said").textContent = words.copied;
    }
    const resets = event.target.closest("[data-resets]");
    if (resets) {
      const text = document.getElementById(resets.dataset.resets);
      text.value = text.dataset.first;
      try { localStorage.removeItem(text.dataset.keep); } catch { /* nothing was kept */ }
    }
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-once]")) return;
    const number = location.pathname.match(/^\/cases\/(\d+)\//);
    try { if (number) localStorage.removeItem(`answer-${number[1]}`); } catch { /* nothing was kept */ }
    setTimeout(() => { for (const button of event.target.querySelectorAll("button")) button.disabled = true; });
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.matches("[data-reloads]") && event.detail.xhr.status === 200) location.reload();
  });

  if (section()) ready();
})();
