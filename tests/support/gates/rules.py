"""The axe rules for WCAG 2.0 to 2.2 A and AA and best practice: light and dark, narrow and wide."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (tags) => {
  const found = await axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] });
  return found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id}: ${node.target.join(" ")} ${(node.failureSummary || "").split("\\n").slice(1, 2).join("").trim()}`));
}"""
Scheme = Literal["light", "dark"]


@cache
def _axe() -> str:
    package = find_spec("axe_playwright_python")
    assert package is not None
    assert package.origin is not None
    return (Path(package.origin).parent / "axe.min.js").read_text("utf-8")


def violations(page: Page, tags: list[str] | None = None) -> list[str]:
    """What axe finds in the page as it is rendered now."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_axe())  # not a script element: the page's own policy stays in force
    found: list[str] = page.evaluate(RUN, tags or TAGS)
    return found


def complaints(page: Page) -> list[str]:
    """Everything at the present width, in light and dark colors."""
    found: list[str] = []
    schemes: tuple[Scheme, Scheme] = ("light", "dark")
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        found += [f"{text} ({scheme})" for text in violations(page) if text not in found]
    page.emulate_media(color_scheme=None)
    return found
