"""Runs scripts inside a page, with the functions that all gates share."""

from typing import Any

from playwright.sync_api import Page

SHARED = r"""
const all = (selector) => [...document.querySelectorAll(selector)];
const style = (el) => getComputedStyle(el);
const text = (el) => (el.innerText ?? el.textContent ?? "").trim().replace(/\s+/g, " ");
const label = (el) => {
  const id = el.id ? "#" + el.id : "";
  const classes = typeof el.className === "string" ? el.className.trim() : "";
  const kind = classes && "." + classes.split(/\s+/).join(".");
  const words = (text(el) || el.getAttribute("name") || "").slice(0, 40);
  return `<${el.localName}${id}${kind}> ${JSON.stringify(words)}`;
};
const offscreen = (el) => {
  const r = el.getBoundingClientRect();
  return r.right + scrollX <= 0 || r.bottom + scrollY <= 0;
};
const visible = (el) => {
  if (!el.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
  const r = el.getBoundingClientRect();
  return r.width > 0 && r.height > 0 && !offscreen(el);
};
const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary, "
  + "[tabindex]:not([tabindex='-1'])";
const parse = (color) => {
  const [r, g, b, alpha] = (color.match(/[\d.]+/g) || []).map(Number);
  return color === "transparent" || b === undefined ? [0, 0, 0, 0] : [r, g, b, alpha ?? 1];
};
const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
const dark = matchMedia("(prefers-color-scheme: dark)").matches
  && style(document.documentElement).colorScheme.includes("dark");
const grounds = new Map([[null, dark ? [18, 18, 18] : [255, 255, 255]]]);
const ground = (el) => {
  if (!grounds.has(el)) {
    grounds.set(el, over(parse(style(el).backgroundColor), ground(el.parentElement)));
  }
  return grounds.get(el);
};
const linear = (c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
const light = (rgb) => {
  const [r, g, b] = rgb.map((v) => linear(v / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ratio = (a, b) => {
  const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
  return (x + 0.05) / (y + 0.05);
};
"""


def run(page: Page, body: str, argument: object = None) -> Any:
    """Run statements inside the page and return what they return; they see ``argument``."""
    return page.evaluate(f"(argument) => {{{SHARED}{body}}}", argument)
