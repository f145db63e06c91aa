"""What a screen reader gets of the main screens, as text that a person has read.

The browser's own tree of names and roles. Who changes a screen writes its text anew
(``./run screens tests/browser/resident/test_spoken.py --write-spoken``), reads it, and commits it.
"""

import re
from pathlib import Path

import pytest

from tests.browser.resident.served import Served
from tests.browser.resident.test_screens import ALL
from tests.support.browser import PageFactory

FOLDER = Path(__file__).with_name("spoken")
MAIN = (
    "/",
    "signin: wrong",
    "birth",
    "channel",
    "code",
    "home",
    "coupon",
    "decline: check",
    "alternative",
    "redelivery: own",
    "account",
    "/help",
)
CHANGING = (
    (re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4})+\b"), "XXXX-XXXX"),
    (re.compile(r"\b[0-9A-Z]{26}\b"), "TOKEN"),
    (re.compile(r"\b(?:[0-9A-Z] ){4}- (?:[0-9A-Z] ){4}- (?:[0-9A-Z] ?){4}(?=\n)"), "X X X X"),
    (re.compile(r"(?<![a-z=])\d+(?:[ ,:.]\d+)*"), "0"),
    (re.compile(r"0時0分"), "0時"),
)
"""What differs from one run to the next: codes, and all that is written in digits."""


def steady(spoken: str) -> str:
    for pattern, instead in CHANGING:
        spoken = pattern.sub(instead, spoken)
    return spoken.rstrip() + "\n"


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", MAIN)
def test_a_screen_reader_gets_what_a_person_has_read(
    untouched: Served,
    page_factory: PageFactory,
    name: str,
    language: str,
    request: pytest.FixtureRequest,
) -> None:
    page = page_factory()
    untouched.speak(page, language)
    ALL[name](untouched, page)
    page.wait_for_load_state("load")
    spoken = steady(page.title() + "\n" + page.locator("body").aria_snapshot())
    plain = "-".join(re.findall(r"\w+", name)) or "landing"
    file = FOLDER / f"{plain}.{language}.txt"
    if request.config.getoption("--write-spoken"):
        FOLDER.mkdir(exist_ok=True)
        file.write_text(spoken, "utf-8")
    assert spoken == file.read_text("utf-8"), f"{file.name} was read by a person; read it anew"
