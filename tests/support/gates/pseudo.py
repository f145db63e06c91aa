"""With every text 40 % longer, as a language that is not there yet may be, nothing is cut off.

A pseudo-locale made in the page: each run of text gets more of its own characters, in brackets.
"""

from playwright.sync_api import Page

from tests.support.gates.layout import CUT
from tests.support.gates.script import run

WIDTH, HEIGHT = 360, 740
LONGER = r"""
const FIXED = "script, style, rt, rp, .day, .number, .sum";
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const texts = [];
for (let node = walker.nextNode(); node; node = walker.nextNode()) texts.push(node);
for (const node of texts) {
  const words = node.data.trim(), more = words.slice(0, Math.ceil(words.length * 0.4));
  if (words.length < 2 || node.parentElement.closest(FIXED)) continue;
  node.data = node.data.replace(words, `[${words}${more}]`);
}
"""


def complaints(page: Page) -> list[str]:
    """What is cut off, or runs out of the page, when all its texts grow; the page stays so."""
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    found: list[str] = run(page, LONGER + CUT, "")
    return found
