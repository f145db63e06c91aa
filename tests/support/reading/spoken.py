"""What a screen reader gets of a page, as text that a person has read and that is kept."""

import re
from difflib import unified_diff
from pathlib import Path

from playwright.sync_api import Page

CHANGING = (
    (re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4})+\b"), "XXXX-XXXX"),
    (re.compile(r"\b[0-9A-Z]{26}\b"), "TOKEN"),
    (re.compile(r"\b(?:[0-9A-Z] ){4}- (?:[0-9A-Z] ){4}- (?:[0-9A-Z] ?){4}(?=\n)"), "X X X X"),
    (re.compile(r"(?<![a-z=])\d+(?:[ ,:.]\d+)*"), "0"),
    (re.compile(r"0時0分"), "0時"),
)
"""What differs from one run to the next: codes, and all that is written in digits."""


def steady(spoken: str) -> str:
    """The text without what differs from one run to the next."""
    for pattern, instead in CHANGING:
        spoken = pattern.sub(instead, spoken)
    return spoken.rstrip() + "\n"


def is_as_read(page: Page, folder: Path, screen: str, language: str, *, write: bool) -> None:
    """Compare with what a person has read of this screen; write it anew where that is asked."""
    spoken = steady(page.title() + "\n" + page.locator("body").aria_snapshot())
    plain = "-".join(re.findall(r"\w+", screen)) or "landing"
    file = folder / f"{plain}.{language}.txt"
    if write:
        folder.mkdir(exist_ok=True)
        file.write_text(spoken, "utf-8")
    lines = unified_diff(file.read_text("utf-8").splitlines(), spoken.splitlines(), lineterm="")
    differing = "\n".join(lines)
    assert not differing, f"{file.name} was read by a person; read it anew:\n{differing}"
