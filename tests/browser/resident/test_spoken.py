"""What a screen reader gets of the main screens, as text that a person has read.

The browser's own tree of names and roles. Who changes a screen writes its text anew
(``./run screens tests/browser/resident/test_spoken.py --write-spoken``), reads it, and commits it.
"""

from pathlib import Path

import pytest

from tests.browser.resident.served import Served
from tests.browser.resident.test_screens import ALL
from tests.support.browser import PageFactory
from tests.support.reading.spoken import is_as_read

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
    write = request.config.getoption("--write-spoken")
    is_as_read(page, FOLDER, name, language, write=write)
