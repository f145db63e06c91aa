"""Guides show pictures that are there, and no picture lies about unused."""

import re
from pathlib import Path

import pytest

from tests.support.sources import ROOT

PICTURE = re.compile(r"!\[[^\]]+\]\(([^)\s]+)\)")
PAGES = [ROOT / "README.md", *sorted((ROOT / ".github").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_picture_of_a_page_is_there(page: Path) -> None:
    missing = [
        name
        for name in PICTURE.findall(page.read_text("utf-8"))
        if not (page.parent / name).is_file()
    ]
    assert missing == []


def test_every_picture_is_shown_somewhere() -> None:
    shown = {
        (page.parent / name).resolve()
        for page in PAGES
        for name in PICTURE.findall(page.read_text("utf-8"))
    }
    assert {path.resolve() for path in (ROOT / ".github" / "images").iterdir()} - shown == set()
