"""The page without JavaScript says and offers the same."""

from playwright.sync_api import Page

from tests.support.gates.script import run

DEAD = r"""
const found = [];
const leads = (el) => !/^(#|javascript:)?$/.test(el.getAttribute("href") || "");
for (const el of all("a")) {
  if (visible(el) && !leads(el)) found.push(`dead link: ${label(el)}`);
}
const idle = all("button[type=button]:not([popovertarget])").filter(visible);
found.push(...idle.map((el) => `dead button: ${label(el)}`));
for (const el of all("form")) {
  const sends = el.querySelector("button[type=submit], button:not([type])");
  if (!el.getAttribute("action") || !sends) found.push(`dead form: ${label(el)}`);
}
return found;
"""


def words(page: Page) -> str:
    """What a person reads on the page."""
    return page.locator("body").inner_text()


def complaints(page: Page, with_script: str) -> list[str]:
    """What is missing or dead on a page opened with JavaScript off.

    `with_script` are the words with it on.
    """
    found: list[str] = run(page, DEAD)
    share = len(words(page)) / max(1, len(with_script))
    if share < 0.95:
        found.append(f"only {share:.0%} of the text without JavaScript")
    return found
