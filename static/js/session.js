"use strict";
// Says in time that the session ends, and makes it longer without leaving the page. Without this file its text and button do.
const ending = document.querySelector("[data-left]");
if (ending) {
  const says = ending.querySelector("[role='status']");
  const button = ending.querySelector("button");
  const others = "BroadcastChannel" in window ? new BroadcastChannel("session") : null;
  const soon = 3 * 60 * 1000;
  const texts = new Map([["usual", says.cloneNode(true)]]);
  ending.querySelectorAll("template").forEach((text) => { texts.set(text.dataset.says, text.content); });
  const asleep = [];
  let end = Date.now() + Number(ending.dataset.left) * 1000;
  let usual = "usual";
  let said = usual;
  // at the lower edge of the screen, and what has the focus never behind it
  if (document.adoptedStyleSheets) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("@media (min-height:30rem){.soon{scroll-padding-bottom:13rem}.soon [data-left]{position:sticky;bottom:0;z-index:4}}");
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  }
  const say = (name) => {
    if (said === name) return;
    said = name;
    says.replaceChildren(...texts.get(name).cloneNode(true).childNodes);
  };
  const look = () => {
    if (asleep.length) return;
    const left = end - Date.now();
    say(left <= 0 ? "over" : left <= soon ? "soon" : usual);
    document.documentElement.classList.toggle("soon", left <= soon);
    ending.classList.toggle("ending", left <= soon);
    if (button) button.hidden = left <= 0;
  };
  const used = (until) => {
    if (until > end) usual = "longer";
    end = until;
    look();
  };
  const tell = () => { if (others) others.postMessage(end); };
  if (others) others.addEventListener("message", (event) => { if (event.data > end) used(event.data); });
  tell();
  // A browser may keep this page as it was left: "back" would show it to whoever holds the telephone then. So it is left
  // empty, and is filled again only if the server still knows its own session; else it is asked for anew.
  const anew = () => location.replace(location.pathname + location.search);
  const ask = async () => {
    const token = document.querySelector("[name='form_token']").value;
    const answer = await fetch("/longer", {
      method: "POST", headers: { "HX-Request": "true" }, body: new URLSearchParams({ form_token: token }),
    });
    const known = answer.status === 204;
    if (!known && asleep.length) { anew(); return; }
    asleep.splice(0).forEach((part) => { part.hidden = false; });
    used(Date.now() + (known ? Number(answer.headers.get("x-left")) * 1000 : 0));
    tell();
  };
  const longer = () => ask().catch(() => { if (button) say("failed"); else anew(); });
  if (button) button.addEventListener("click", (event) => { event.preventDefault(); longer(); });
  window.addEventListener("pagehide", (event) => {
    if (!event.persisted) return;
    asleep.push(...[...document.body.children].filter((part) => part !== ending && !part.hidden));
    asleep.forEach((part) => { part.hidden = true; });
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) longer(); });
  setInterval(look, 5000);
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pageshow", look);
}
