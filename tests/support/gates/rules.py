"""The axe rules for WCAG 2.0 to 2.2 A and AA and best practice."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SAME_AS_OURS = ["color-contrast", "link-in-text-block", "target-size"]
"""Rules that `colors` and `targets` check in both color schemes and more strictly.

They take half of axe's time, so no page is asked twice; `tests/browser/test_gates.py` shows that
our gates find what these rules find.
"""
RUN = """async ([only, rules]) => {
  const found = await axe.run(document, { runOnly: only, rules, resultTypes: ["violations"] });
  const why = (node) => ((node.failureSummary || "").split("\\n")[1] || "").trim();
  return found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id}: ${node.target.join(" ")} ${why(node)}`));
}"""


@cache
def _axe() -> str:
    package = find_spec("axe_playwright_python")
    assert package is not None
    assert package.origin is not None
    return (Path(package.origin).parent / "axe.min.js").read_text("utf-8")


def violations(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe finds in the page as it is rendered now, by these rules or by all that we leave."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_axe())  # not a script element: the page's own policy stays in force
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
    left_out = {} if rules else {name: {"enabled": False} for name in SAME_AS_OURS}
    found: list[str] = page.evaluate(RUN, [only, left_out])
    return found


def complaints(page: Page) -> list[str]:
    """Everything at the present width."""
    return violations(page)
