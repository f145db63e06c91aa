"use strict";
// What a device can do with a page: copy, print, stay awake. Everything works without this file.
document.querySelectorAll("[data-copies]").forEach((button) => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copies).textContent;
    await navigator.clipboard.writeText(text.trim().replace(/\s*\n\s*/g, "\n"));
    document.getElementById(button.dataset.says).textContent = button.dataset.said;
  });
});
document.querySelectorAll("[data-prints]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
const awake = document.querySelector("[data-awake]");
if (awake && "wakeLock" in navigator) {
  const hold = () => navigator.wakeLock.request("screen").catch(() => {});
  hold();
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") hold(); });
}
