"use strict";
// Says in time that the session ends, and makes it longer without leaving the page. Without this file its text and button do.
const ending = document.querySelector("[data-left]");
if (ending) {
  const says = ending.querySelector("[role='status']");
  const button = ending.querySelector("button");
  const others = "BroadcastChannel" in window ? new BroadcastChannel("session") : null;
  const texts = { usual: says.cloneNode(true) };
  for (const text of ending.querySelectorAll("template")) texts[text.dataset.says] = text.content;
  let end = Date.now() + ending.dataset.left * 1000;
  let usual = "usual";
  let said = usual;
  let asleep = false;
  // at the lower edge of the screen, and what has the focus never behind it
  if (document.adoptedStyleSheets) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("@media (min-height:30rem){.soon{scroll-padding-bottom:13rem}.soon [data-left]{position:sticky;bottom:0;z-index:4}}");
    document.adoptedStyleSheets = [sheet];
  }
  const say = (name) => {
    if (said === name) return;
    said = name;
    says.replaceChildren(...texts[name].cloneNode(true).childNodes);
  };
  const look = () => {
    if (asleep) return;
    const left = end - Date.now();
    const soon = left <= 180000;
    say(left <= 0 ? "over" : soon ? "soon" : usual);
    document.documentElement.classList.toggle("soon", soon);
    ending.classList.toggle("ending", soon);
    if (button) button.hidden = left <= 0;
  };
  const used = (until) => {
    if (until > end) usual = "longer";
    end = until;
    look();
  };
  others?.addEventListener("message", (event) => { if (event.data > end) used(event.data); });
  others?.postMessage(end);
  // A browser may keep this page as it was left: "back" would show it to whoever holds the telephone then. So it is left
  // empty, and is filled again only if the server still knows its own session; else home is asked for.
  const sleep = (on) => {
    asleep = on;
    for (const part of document.body.children) if (part !== ending) part.hidden = on;
  };
  const longer = async () => {
    try {
      const token = document.querySelector("[name='form_token']").value;
      const answer = await fetch("/longer", {
        method: "POST", headers: { "HX-Request": "true" }, body: new URLSearchParams({ form_token: token }),
      });
      if (answer.status === 204 || !asleep) {
        sleep(false);
        used(Date.now() + answer.headers.get("x-left") * 1000);
        others?.postMessage(end);
      } else location.replace("/home");
    } catch {
      if (button) say("failed"); else location.replace("/home");
    }
  };
  button?.addEventListener("click", (event) => { event.preventDefault(); longer(); });
  addEventListener("pagehide", (event) => sleep(event.persisted));
  addEventListener("pageshow", (event) => { if (event.persisted) longer(); else look(); });
  setInterval(look, 5000);
  document.addEventListener("visibilitychange", look);
}
