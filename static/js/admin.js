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
