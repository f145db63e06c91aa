"""Every setting, path and link of a guide exists, and a page for operators says what is next."""

import re
from pathlib import Path

import pytest

from portal.settings import NAMES
from tests.support.sources import ROOT

GUIDES = sorted((ROOT / ".github" / "guides").glob("*.md"))
OF_COMPOSE = {"PORTAL_VERSION", "PORTAL_BASE_IMAGE", "PORTAL_POSTGRES_IMAGE"}
SPAN = re.compile(r"`([^`\n]+)`")
SETTING = re.compile(r"\bPORTAL_[A-Z_]+[A-Z]\b")
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
PATH = re.compile(r"(?:\.github|\.docker|portal|admin|tests|templates|locales)/[\w./@-]*[\w/]")


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_every_setting_of_a_guide_exists(guide: Path) -> None:
    known = {*NAMES, *(f"{name}_FILE" for name in NAMES), *OF_COMPOSE}
    named = set(SETTING.findall(guide.read_text("utf-8")))
    assert {name for name in named if not name.startswith("PORTAL_TEST_")} <= known


@pytest.mark.parametrize("guide", [*GUIDES, ROOT / "README.md"], ids=lambda path: path.stem)
def test_every_path_and_link_of_a_guide_leads_somewhere(guide: Path) -> None:
    text = guide.read_text("utf-8")
    missing = {name for name in LINK.findall(text) if not (guide.parent / name).exists()}
    for span in SPAN.findall(text):
        shown = any(part.isupper() or "NNNN" in part for part in span.split("/"))
        if PATH.fullmatch(span) and not shown and not (ROOT / span).exists():
            missing.add(span)
    assert missing == set()


def test_every_page_for_operators_says_what_comes_next() -> None:
    pages = [path for path in GUIDES if path.stem.startswith("operate")]
    assert pages
    for page in pages:
        assert "**Next:**" in page.read_text("utf-8"), page.name
        assert f"guides/{page.name}" in (ROOT / "README.md").read_text("utf-8") or any(
            f"({page.name})" in other.read_text("utf-8") for other in pages if other != page
        ), page.name
