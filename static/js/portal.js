"use strict";
// Stands in each resident page. Everything works without it; it only makes some things smoother.
document.querySelectorAll("[data-shows]").forEach((button) => { button.hidden = false; });
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-shows]");
  if (button) {
    const field = document.getElementById(button.dataset.shows);
    const hidden = field.type === "password";
    field.type = hidden ? "text" : "password";
    button.setAttribute("aria-pressed", String(hidden));
  }
  // "back" does not lead to the page that was left
  const link = event.target.closest("a[data-replaces]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  location.replace(link.href);
});
const unsent = document.querySelector("[data-unsent]");
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (unsent && !navigator.onLine) {
    // the browser's own page would say that something is lost: nothing is
    event.preventDefault();
    unsent.querySelector("span").replaceChildren(...document.querySelector("h1").cloneNode(true).childNodes);
    form.append(unsent);
    unsent.hidden = false;
    return;
  }
  // pressed twice: the first request is on its way
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  setTimeout(() => { delete form.dataset.sent; }, 10000);
  event.target.querySelectorAll('input[data-secret]').forEach((field) => { field.type = "password"; });
});
// a page that comes back as it was left can be sent again
window.addEventListener("pageshow", () => {
  document.querySelectorAll("[data-sent]").forEach((form) => { delete form.dataset.sent; });
});
// What only makes an answer come smoother is fetched when somebody begins to type.
document.querySelectorAll("[data-loads]").forEach((part) => {
  part.addEventListener("focusin", () => {
    const script = document.createElement("script");
    script.src = part.dataset.loads;
    part.append(script);
  }, { once: true });
});
