"use strict";
// Everything works without this file; it only makes some things smoother.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-shows]");
  if (!button) return;
  const field = document.getElementById(button.dataset.shows);
  const hidden = field.type === "password";
  field.type = hidden ? "text" : "password";
  button.setAttribute("aria-pressed", String(hidden));
});
document.querySelectorAll("[data-shows]").forEach((button) => { button.hidden = false; });
document.querySelectorAll("[data-copies]").forEach((button) => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent.trim());
    document.getElementById(button.dataset.says).textContent = button.dataset.said;
  });
});
document.querySelectorAll("[data-prints]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
// "back" does not lead to the page that was left
document.addEventListener("click", (event) => {
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
const awake = document.querySelector("[data-awake]");
if (awake && "wakeLock" in navigator) {
  const hold = () => navigator.wakeLock.request("screen").catch(() => {});
  hold();
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") hold(); });
}
["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach((name) => {
  document.addEventListener(name, (event) => {
    // the page itself says it
    if (event.detail.xhr && event.detail.xhr.getResponseHeader("x-outcome")) return;
    const box = document.getElementById("offline");
    if (box) box.hidden = false;
  });
});
