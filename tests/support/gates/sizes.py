"""With letters of 100 to 200 % no amount, day or name is broken, and nothing runs out of the page.

Nor is a phrase of a Japanese heading, or a word of a Korean or English one; each fits its line.

A browser's own letter size makes everything in rem larger; widths stay as they are.
"""

from playwright.sync_api import Page

from tests.support.gates.script import run

SIZES = (100, 125, 150, 175, 200)
WIDTH, HEIGHT = 360, 740
BROKEN = r"""
const MONTHS = "January|February|March|April|May|June|July"
  + "|August|September|October|November|December";
const WHOLE = new RegExp([
  "[0-9]{1,3}(?:,[0-9]{3})+(?:円|日元|日圓|엔| yen)?", "[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日",
  "[0-9]{4}년 [0-9]{1,2}월 [0-9]{1,2}일", `(?:${MONTHS}) [0-9]{1,2}, [0-9]{4}`,
].join("|"), "gu");
const found = [], root = document.documentElement;
const NAMES = ".person, span[lang=ja]";
const PHRASE = /[^\s\u3000\u3001\u3002\u30fb\uff08\uff09\u300c\u300d-]+/gu;
const phrased = ["ja", "ko", "en"].includes(root.lang) && !root.classList.contains("easy");
const rows = (range) => {
  const tops = [];
  for (const box of range.getClientRects()) {
    if (box.width < 1 || tops.some((top) => Math.abs(top - box.top) < box.height / 2)) continue;
    tops.push(box.top);
  }
  return tops.length;
};
const parts = (node, pattern) => [...node.data.matchAll(pattern)].map((one) => {
  const range = document.createRange();
  range.setStart(node, one.index);
  range.setEnd(node, one.index + one[0].length);
  return [one[0], range];
});
const wider = (words) => { // one that is wider than its line must break somewhere
  const el = words.startContainer.parentElement, s = style(el);
  const room = el.closest("p, li, dd, dt, h1, h2, h3, main, td, th");
  const gauge = document.createElement("span");
  gauge.style.cssText = "position: absolute; visibility: hidden; white-space: nowrap";
  // one by one: after forced colors Chromium has no shorthand
  for (const name of ["fontFamily", "fontSize", "fontWeight", "letterSpacing"]) {
    gauge.style[name] = s[name];
  }
  gauge.textContent = words.toString();
  document.body.append(gauge);
  const width = gauge.getBoundingClientRect().width;
  gauge.remove();
  if (room === null) return false;
  const beside = ["paddingLeft", "paddingRight"].map((side) => parseFloat(style(room)[side]));
  return width > room.clientWidth - beside[0] - beside[1];
};
for (const size of argument) {
  root.style.fontSize = `${size}%`;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) texts.push(node);
  for (const node of texts) {
    const el = node.parentElement;
    if (!visible(el) || el.closest("script, style, option")) continue;
    const name = el.closest(NAMES) && !el.closest(".kana, .languages");
    if (phrased && el.closest("h1, h2, h3")) {
      for (const [words, range] of parts(node, PHRASE)) {
        if (rows(range) < 2) continue;
        const fault = wider(range) ? "is wider than its line" : "is no whole phrase";
        found.push(`${size} %: ${words} ${fault}`);
      }
    }
    for (const [words, range] of parts(node, name ? /[^\s\u3000]+/gu : WHOLE)) {
      if (rows(range) > 1 && !wider(range)) found.push(`${size} %: ${words} is broken`);
    }
  }
  for (const el of all(".day")) {
    if (!visible(el)) continue;
    const range = document.createRange();
    range.selectNodeContents(el);
    const bare = el.cloneNode(true);
    bare.querySelectorAll("rt, rp").forEach((one) => one.remove());
    if (el.querySelector("ruby") === null && rows(range) > 1 && !wider(range)) {
      found.push(`${size} %: ${bare.textContent} is broken`);
    }
  }
  const width = root.clientWidth;
  if (document.scrollingElement.scrollWidth > width) {
    const beyond = all("body *").filter((el) => visible(el)
      && el.getBoundingClientRect().right > width + 1
      && ![...el.children].some((one) => one.getBoundingClientRect().right > width + 1));
    found.push(`${size} %: wider than the page: ${beyond.slice(0, 3).map(label).join(", ")}`);
  }
}
root.style.fontSize = "";
return [...new Set(found)];
"""


def complaints(page: Page) -> list[str]:
    """What breaks on a phone whose owner has larger letters."""
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    found: list[str] = run(page, BROKEN, list(SIZES))
    return found
