"""Contrast of text (4.5, large 3) and of field edges (3), no placeholder; in light and dark.

And links inside a sentence that show without their color.
"""

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
for (const el of all("a[href]")) {
  const s = style(el);
  if (s.display !== "inline" || !visible(el)) continue;
  let block = el.parentElement;
  while (block && style(block).display === "inline") block = block.parentElement;
  if (!block || text(block).length - text(el).length < 2) continue;
  const around = style(block);
  const drawn = (one) => one.borderBottomStyle !== "none" && parseFloat(one.borderBottomWidth) > 0;
  const marked = s.textDecorationLine.includes("underline") || drawn(s);
  const below = ground(el), color = (one) => over(parse(one.color), below);
  if (!marked && ratio(color(s), color(around)) < 3) found.push(`a link by color: ${label(el)}`);
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
