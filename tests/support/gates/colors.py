"""Contrast of text (4.5, large 3) and of field edges (3), no placeholder; in light and dark."""

from typing import Literal

from playwright.sync_api import Page

from tests.support.gates.script import run

Scheme = Literal["light", "dark"]
SCRIPT = r"""
const found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const seen = new Set();
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const el = node.parentElement;
  if (!node.data.trim() || seen.has(el) || !visible(el)) continue;
  seen.add(el);
  const s = style(el), size = parseFloat(s.fontSize), bold = Number(s.fontWeight) >= 700;
  const wanted = size >= 24 || (bold && size >= 18.66) ? 3 : 4.5;
  const below = ground(el), got = ratio(over(parse(s.color), below), below);
  if (got < wanted) found.push(`text ${got.toFixed(2)} < ${wanted}: ${label(el)}`);
}
for (const el of all("input:not([type=hidden], [type=radio], [type=checkbox]), select, textarea")) {
  if (el.placeholder) found.push(`placeholder: ${label(el)}`);
  if (!visible(el)) continue;
  const s = style(el), outside = ground(el.parentElement);
  const edge = over(parse(s.borderTopColor), outside);
  const drawn = parseFloat(s.borderTopWidth) > 0 && s.borderTopStyle !== "none";
  const got = Math.max(drawn ? ratio(edge, outside) : 1, ratio(ground(el), outside));
  if (got < 3) found.push(`field edge ${got.toFixed(2)} < 3: ${label(el)}`);
}
return found;
"""


def complaints(page: Page) -> list[str]:
    """Too weak colors, in both color schemes."""
    found: list[str] = []
    schemes: tuple[Scheme, Scheme] = ("light", "dark")
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        found += [f"{text} ({scheme})" for text in run(page, SCRIPT)]
    page.emulate_media(color_scheme=None)
    return found
