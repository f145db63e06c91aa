"""The axe rules for WCAG 2.0 to 2.2 A and AA and best practice: light and dark, narrow and wide."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLORS = ["color-contrast", "link-in-text-block"]
"""The rules whose answer depends on the color scheme."""
RUN = """async (only) => {
  const found = await axe.run(document, { runOnly: only, resultTypes: ["violations"] });
  const why = (node) => ((node.failureSummary || "").split("\\n")[1] || "").trim();
  return found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id}: ${node.target.join(" ")} ${why(node)}`));
}"""
Scheme = Literal["light", "dark"]


@cache
def _axe() -> str:
    package = find_spec("axe_playwright_python")
    assert package is not None
    assert package.origin is not None
    return (Path(package.origin).parent / "axe.min.js").read_text("utf-8")


def violations(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe finds in the page as it is rendered now, by all rules of ours, or by these rules."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_axe())  # not a script element: the page's own policy stays in force
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
    found: list[str] = page.evaluate(RUN, only)
    return found


def complaints(page: Page) -> list[str]:
    """Everything at the present width in light colors, and what colors can change in dark ones."""
    found: list[str] = []
    schemes: tuple[tuple[Scheme, list[str] | None], ...] = (("light", None), ("dark", COLORS))
    for scheme, rules in schemes:
        page.emulate_media(color_scheme=scheme)
        found += [
            f"{text} ({scheme})" for text in violations(page, rules=rules) if text not in found
        ]
    page.emulate_media(color_scheme=None)
    return found
