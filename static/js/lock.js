"use strict";
// A screen that is left alone hides behind a lock; what was typed stays in the page. Without this file the server locks.
const lockTemplate = document.getElementById("lock");
if (lockTemplate) {
  const limit = Number(lockTemplate.dataset.after) * 1000;
  const ask = 60 * 1000;
  const token = lockTemplate.content.querySelector("[name='form_token']").value;
  const others = new BroadcastChannel("staff-lock-" + lockTemplate.dataset.name);
  const pageTitle = document.title;
  let touched = Date.now();
  let asked = touched;
  let told = touched;
  let dialog = null;
  let owed = null;
  let before = null;

  const post = (path, values) => fetch(path, {
    method: "POST", headers: { "HX-Request": "true" }, body: new URLSearchParams({ form_token: token, ...values }),
  });
  // with the cookie alone, a window that the person before left open would stay open for the next one
  const place = "/lock/awake?window=" + lockTemplate.dataset.name;
  const isAwake = async () => (await fetch(place, { headers: { "HX-Request": "true" } })).status === 204;

  const open = () => {
    if (!dialog) return;
    const closing = dialog;
    dialog = null;
    document.documentElement.classList.remove("locked");
    document.title = pageTitle;
    closing.close();
    closing.remove();
    touched = asked = Date.now();
    if (before && before.isConnected) before.focus();
  };

  const tryPassword = async (event) => {
    event.preventDefault();
    const form = event.target;
    const field = form.querySelector("[name='password']");
    const wrong = form.querySelector(".wrong");
    const button = form.querySelector("button");
    if (button.disabled) return;
    button.disabled = true;
    const owner = dialog;
    let said = owner.dataset.fault;
    try {
      await owed;  // or a lock that comes late would shut what was just opened
      const answer = await post("/lock/open", { password: field.value });
      if (answer.status === 204) { open(); others.postMessage({ kind: "open" }); return; }
      if (new URL(answer.url).pathname.startsWith("/signin")) {
        // another window may have opened the lock at the same moment
        if (await isAwake()) { open(); return; }
        window.location.assign("/signin?ended=1");
        return;
      }
      if ((answer.headers.get("content-type") || "").startsWith("text/plain")) said = await answer.text();
    } catch {
      said = owner.dataset.offline;
    }
    if (dialog !== owner) return;
    button.disabled = false;
    field.value = "";
    field.setAttribute("aria-invalid", "true");
    wrong.textContent = said;
    field.focus();
  };

  // The server must know of the lock, or a reload would show the page: told again until it has heard it.
  const tell = () => {
    if (owed) return;
    owed = post("/lock", {}).then(() => { owed = null; }, () => { window.setTimeout(() => { owed = null; if (dialog) tell(); }, 3000); });
  };

  // `known`: the server has locked the session already, or another window tells it so
  const hide = (known) => {
    if (dialog) return;
    before = document.activeElement;
    dialog = lockTemplate.content.querySelector("dialog").cloneNode(true);
    const shown = dialog;
    shown.querySelector("form").addEventListener("submit", tryPassword);
    shown.addEventListener("cancel", (event) => event.preventDefault());
    // browsers let a second Escape through
    shown.addEventListener("close", () => { if (dialog === shown) shown.showModal(); });
    document.documentElement.classList.add("locked");
    document.title = shown.dataset.title;
    document.body.append(shown);
    shown.showModal();
    shown.querySelector("[name='password']").focus();
    if (known) return;
    others.postMessage({ kind: "locked" });
    tell();
  };

  const isLate = () => Date.now() - touched >= limit;
  const look = () => { if (!dialog && isLate()) hide(false); };
  const touch = (event) => {
    if (dialog) {
      // no shortcut of the page works behind the lock; typing and Enter still do
      if (event.type === "keydown") event.stopPropagation();
      return;
    }
    if (isLate()) {
      // the first key after a machine has slept belongs to the lock
      if (event.type === "keydown" || event.type === "pointerdown") event.preventDefault();
      event.stopPropagation();
      hide(false);
      return;
    }
    touched = Date.now();
    if (touched - told >= 1000) {
      told = touched;
      others.postMessage({ kind: "touched" });
    }
    if (touched - asked < ask) return;
    asked = touched;
    isAwake().then((awake) => { if (!awake) hide(true); }).catch(() => {});
  };
  ["keydown", "pointerdown", "wheel", "input"].forEach((name) => {
    document.addEventListener(name, touch, { capture: true, passive: name === "wheel" });
  });
  others.addEventListener("message", (event) => {
    if (event.data.kind === "touched" && !dialog) touched = Date.now();
    if (event.data.kind === "locked") hide(true);
    if (event.data.kind === "open") open();
  });
  window.setInterval(look, 1000);
  document.addEventListener("visibilitychange", look);
  window.addEventListener("focus", look);
  // What a browser keeps of the page for "back" is hidden; it comes in sight again only if the server is still unlocked.
  window.addEventListener("pagehide", (event) => { if (event.persisted) document.documentElement.classList.add("locked"); });
  window.addEventListener("pageshow", (event) => {
    look();
    if (!event.persisted || dialog) return;
    isAwake().catch(() => false).then((awake) => {
      if (!awake) hide(true);
      else if (!dialog) document.documentElement.classList.remove("locked");
    });
  });
  document.querySelectorAll("[data-lock-now]").forEach((form) => {
    form.addEventListener("submit", (event) => { event.preventDefault(); hide(false); });
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.detail.xhr.getResponseHeader("x-locked")) return;
    event.detail.shouldSwap = event.detail.isError = false;
    hide(true);
  });
}
