// A file that is too large is said before it is sent, and a form is sent once. Without scripts the server says both.
"use strict";

for (const input of document.querySelectorAll("input[type=file][data-most]")) {
  const told = document.getElementById("file-large");
  const tooLarge = () => [...input.files].some((file) => file.size > Number(input.dataset.most));
  input.addEventListener("change", () => { told.hidden = !tooLarge(); });
  input.form.addEventListener("submit", (event) => {
    if (!tooLarge()) return;
    event.preventDefault();
    told.hidden = false;
    input.focus();
  });
}
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const button = event.target.querySelector("button[data-sending]");
  if (button) { button.disabled = true; button.textContent = button.dataset.sending; }
});
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
