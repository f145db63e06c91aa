"use strict";
// Says in time that the session ends, and makes it longer without leaving the page. Without this file its text and button do.
const ending = document.querySelector("[data-left]");
if (ending) {
  const says = ending.querySelector("[role='status']");
  const button = ending.querySelector("button");
  const others = new BroadcastChannel("session");
  const soon = 3 * 60 * 1000;
  let end = Date.now() + Number(ending.dataset.left) * 1000;
  let usual = says.innerHTML;
  let said = usual;
  // at the lower edge of the screen, and what has the focus never behind it
  if (document.adoptedStyleSheets) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("@media (min-height:30rem){.soon{scroll-padding-bottom:9rem}.soon [data-left]{position:sticky;bottom:0;z-index:4}}");
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  }
  const say = (html) => { if (said !== html) says.innerHTML = said = html; };
  const text = (name) => ending.querySelector(`template[data-${name}]`).innerHTML;
  const look = () => {
    const left = end - Date.now();
    say(left <= 0 ? text("over") : left <= soon ? text("soon") + usual : usual);
    document.documentElement.classList.toggle("soon", left <= soon);
    ending.classList.toggle("ending", left <= soon);
    if (button) button.hidden = left <= 0;
  };
  others.addEventListener("message", (event) => {
    if (event.data.end <= end) return;
    ({ end, usual } = event.data);
    look();
  });
  others.postMessage({ end, usual });
  if (button) button.addEventListener("click", async (event) => {
    event.preventDefault();
    const token = document.querySelector("[name='form_token']").value;
    try {
      const answer = await fetch("/longer", {
        method: "POST", headers: { "HX-Request": "true" }, body: new URLSearchParams({ form_token: token }),
      });
      const left = Number(answer.headers.get("x-left"));
      end = Date.now() + left * 1000;
      if (left > 0) usual = await answer.text();
      look();
      others.postMessage({ end, usual });
    } catch {
      say(text("failed"));
    }
  });
  setInterval(look, 5000);
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pageshow", look);
}
