"""What a thumb must hit is at least 44 by 44 CSS pixels, unless it stands inside a sentence."""

from playwright.sync_api import Page

from tests.support.gates.script import run

SCRIPT = r"""
const found = [], [smallest] = argument;
for (const el of all(CONTROLS)) {
  if (!visible(el) || el.disabled) continue;
  if (el.localName === "a" && style(el).display === "inline") {
    let block = el.parentElement;
    while (block && style(block).display === "inline") block = block.parentElement;
    if (block && text(block).length - text(el).length >= 2) continue;
  }
  const labels = ["radio", "checkbox"].includes(el.type) ? el.labels : [];
  const boxes = [el, ...labels].map((e) => e.getBoundingClientRect());
  const width = Math.max(...boxes.map((b) => b.right)) - Math.min(...boxes.map((b) => b.left));
  const height = Math.max(...boxes.map((b) => b.bottom)) - Math.min(...boxes.map((b) => b.top));
  if (width < smallest - 0.5 || height < smallest - 0.5) {
    found.push(`${width.toFixed(0)}×${height.toFixed(0)}: ${label(el)}`);
  }
}
return found;
"""


def complaints(page: Page, smallest: int = 44) -> list[str]:
    """Controls that are too small; the staff site, used with a mouse, may ask for 24."""
    found: list[str] = run(page, SCRIPT, [smallest])
    return found
