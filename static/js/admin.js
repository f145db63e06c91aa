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
const showHints = () => {
  if (document.querySelector("[data-key='n']")) document.querySelectorAll("[data-key='n'] [data-shortcut]").forEach((hint) => { hint.hidden = false; });
};
showHints();
document.addEventListener("htmx:load", showHints);
document.addEventListener("keydown", (event) => {
  if (event.code !== "KeyN" || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const next = document.querySelector("[data-key='n']");
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.click();
});
// F2 begins a call and F8 ends it: keys that write nothing. Half a text in a field is never lost to them.
const writing = (field) => field instanceof HTMLElement && (field.isContentEditable
  || ((field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)
    && !["button", "checkbox", "radio", "submit"].includes(field.type) && field.value !== field.defaultValue));
document.querySelectorAll("[data-key='F2'] [data-shortcut], [data-key='F8'] [data-shortcut]").forEach((hint) => { hint.hidden = false; });
document.addEventListener("keydown", (event) => {
  if (!["F2", "F8"].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.repeat || event.isComposing) return;
  const button = document.querySelector(`[data-key='${event.key}']`);
  if (!button || writing(document.activeElement)) return;
  event.preventDefault();
  button.focus();
  button.click();
});
// Alt + 1 to 9 begin an act of the call desk; in a field the digit is what somebody types.
const inField = (place) => place instanceof HTMLElement && (place.isContentEditable || place.matches("select, textarea")
  || (place instanceof HTMLInputElement && !["button", "checkbox", "radio", "submit"].includes(place.type)));
document.addEventListener("keydown", (event) => {
  const digit = /^Digit([1-9])$/.exec(event.code);
  if (!digit || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.repeat || event.isComposing) return;
  const act = document.querySelector(`[data-act='${digit[1]}']`);
  if (!act || inField(document.activeElement)) return;
  event.preventDefault();
  act.focus();
  act.click();
});
// Alt + H calls the supervisor from a call: no page changes, nothing is read aloud, and a field keeps its keys.
document.querySelectorAll("[data-key='H'] [data-shortcut]").forEach((hint) => { hint.hidden = false; });
document.addEventListener("keydown", (event) => {
  if (event.code !== "KeyH" || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.repeat || event.isComposing) return;
  const form = document.querySelector("form[data-key='H']");
  if (!form || inField(document.activeElement)) return;
  event.preventDefault();
  fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) }).then((answer) => {
    if (!answer.ok) { say(false); return; }
    form.querySelector("button").textContent = form.dataset.done;
    delete form.dataset.key;
  }, () => say(false));
});
// Who calls is said where a supervisor is, once for each change, without a sound.
const helpLine = document.querySelector("[data-help-line]");
const askWhoCalls = () => fetch("/help-calls/now").then(async (answer) => {
  const kind = answer.headers.get("content-type") || "";
  if (!answer.ok || !kind.startsWith("text/plain")) return;
  const line = await answer.text();
  if (helpLine.textContent !== line) helpLine.textContent = line;
}, () => {});
if (helpLine) { askWhoCalls(); setInterval(askWhoCalls, 10000); }
const clock = document.querySelector("[data-seconds]");
if (clock) setInterval(() => {
  const minutes = Math.floor((Number(clock.dataset.seconds) + performance.now() / 1000) / 60);
  clock.textContent = clock.dataset.words.replace("#", minutes);
}, 15000);
// A change of language is a whole new page, also where a form is sent without one.
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element && event.target.closest("button[name='lang'][form]");
  if (!button || !button.form || !button.form.dataset.hxBoost) return;
  event.preventDefault();
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "lang";
  field.value = button.value;
  button.form.append(field);
  HTMLFormElement.prototype.submit.call(button.form);
});
// A page that came back with an error is no place to return to: the address stays.
document.addEventListener("htmx:beforeHistoryUpdate", (event) => {
  if (event.detail.xhr.status < 400) return;
  event.detail.history.type = "replace";
  event.detail.history.path = window.location.pathname + window.location.search;
});
const answered = (xhr) => Boolean(xhr) && (xhr.status === 422 || xhr.status === 409 || ["x-locked", "x-outcome"].some((name) => xhr.getResponseHeader(name)));
const offline = document.getElementById("offline");
const say = (hidden) => {
  if (!offline) return;
  offline.hidden = hidden;
  if (!hidden) offline.querySelector("p").textContent = offline.dataset.message;
};
document.addEventListener("htmx:beforeRequest", (event) => { event.detail.target.setAttribute("aria-busy", "true"); });
document.addEventListener("htmx:afterRequest", (event) => {
  event.detail.target.removeAttribute("aria-busy");
  if (event.detail.successful || answered(event.detail.xhr)) say(true);
});
["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach((name) => {
  document.addEventListener(name, (event) => {
    if (answered(event.detail.xhr)) return;
    say(false);
  });
});
// A part that is drawn anew keeps the keyboard where it was: at the same control, its counterpart, or the part's first one.
let held = "";
document.addEventListener("htmx:beforeSwap", (event) => {
  const at = document.activeElement;
  held = at && at !== document.body && event.detail.target.contains(at) ? at.id || "-" : "";
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (!held || (document.activeElement && document.activeElement !== document.body)) return;
  const part = document.getElementById(event.detail.target.id) || document.getElementById("main");
  const names = [held, held.replace(/^filter-/, "filter-no-"), held.replace(/^filter-no-/, "filter-")];
  const next = names.map((name) => document.getElementById(name)).find(Boolean) || part.querySelector("a[href], button") || part;
  held = "";
  next.focus({ preventScroll: true });
});
// A sign-in page that comes back for a fragment means that the session is over: show it as the page it is.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.responseURL && new URL(event.detail.xhr.responseURL).pathname === "/signin") {
    event.detail.shouldSwap = false;
    window.location.assign("/signin?ended=1");
  }
});
