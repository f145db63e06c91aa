"use strict";
// Every page works without this file; it adds a shortcut, and tells what a lost line would hide.
const box = document.getElementById("q");
if (box) {
  document.querySelectorAll("[data-shortcut]").forEach((hint) => { hint.hidden = false; });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
}
// Alt + N goes on to the next request; a bare letter would catch what a speech user says (WCAG 2.1.4).
const next = document.querySelector("[data-key='n']");
if (next) {
  document.querySelectorAll("[data-shortcut]").forEach((hint) => { hint.hidden = false; });
  document.addEventListener("keydown", (event) => {
    if (event.code !== "KeyN" || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    next.focus();
    next.click();
  });
}
const offline = document.getElementById("offline");
const say = (hidden) => {
  if (!offline) return;
  offline.hidden = hidden;
  if (!hidden) offline.querySelector("p").textContent = offline.dataset.message;
};
document.addEventListener("htmx:beforeRequest", (event) => { event.detail.target.setAttribute("aria-busy", "true"); });
document.addEventListener("htmx:afterRequest", (event) => {
  event.detail.target.removeAttribute("aria-busy");
  if (event.detail.successful || event.detail.xhr.status === 422) say(true);
});
["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach((name) => {
  document.addEventListener(name, (event) => {
    if (event.detail.xhr && event.detail.xhr.status === 422) return;
    say(false);
  });
});
// A sign-in page that comes back for a fragment means that the session is over: show it as the page it is.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.responseURL && new URL(event.detail.xhr.responseURL).pathname === "/signin") {
    event.detail.shouldSwap = false;
    window.location.assign("/signin?ended=1");
  }
});
