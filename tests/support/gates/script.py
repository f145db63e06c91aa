"""Scripts that run inside the page.

A few words that all gates share, put before each gate's own script.
"""

from typing import Any

from playwright.sync_api import Page

SHARED = r"""
const all = (selector) => [...document.querySelectorAll(selector)];
const style = (el) => getComputedStyle(el);
const text = (el) => (el.innerText ?? el.textContent ?? "").trim().replace(/\s+/g, " ");
const label = (el) => {
  const id = el.id ? "#" + el.id : "", kind = el.className && typeof el.className === "string" ? "." + el.className.trim().split(/\s+/).join(".") : "";
  return `<${el.localName}${id}${kind}> ${JSON.stringify((text(el) || el.getAttribute("name") || "").slice(0, 40))}`;
};
const offscreen = (el) => { const r = el.getBoundingClientRect(); return r.right + scrollX <= 0 || r.bottom + scrollY <= 0; };
const visible = (el) => {
  if (!el.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
  const r = el.getBoundingClientRect();
  return r.width > 0 && r.height > 0 && !offscreen(el);
};
const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]:not([tabindex='-1'])";
const parse = (color) => {
  const numbers = (color.match(/[\d.]+/g) || []).map(Number);
  return color === "transparent" || numbers.length < 3 ? [0, 0, 0, 0] : [numbers[0], numbers[1], numbers[2], numbers[3] ?? 1];
};
const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
const ground = (el) => {
  const layers = [];
  for (let at = el; at; at = at.parentElement) layers.push(parse(style(at).backgroundColor));
  const dark = matchMedia("(prefers-color-scheme: dark)").matches && style(document.documentElement).colorScheme.includes("dark");
  return layers.reverse().reduce((below, top) => over(top, below), dark ? [18, 18, 18] : [255, 255, 255]);
};
const light = (rgb) => {
  const [r, g, b] = rgb.map((v) => { const c = v / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
"""


def run(page: Page, body: str, argument: object = None) -> Any:
    """Runs `body` (statements that `return` something.

    `argument` is what they were given) inside the page.
    """
    return page.evaluate(f"(argument) => {{{SHARED}{body}}}", argument)
