"""What a screen reader gets of call desk and review desk, as text that a person has read.

Who changes a screen writes its text anew
(``./run screens tests/browser/admin/test_spoken.py --write-spoken``), reads it, and commits it.
"""

from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from portal.domain.foundation.base import table_of
from portal.domain.people.staff.models import StaffUser
from tests.browser.admin.contacts.screens_of_calls import CALLS
from tests.browser.admin.desk.screens_of_acts import ACTS
from tests.browser.admin.desk.screens_of_desk import DESK
from tests.browser.admin.requests.screens_of_reviews import REVIEWS
from tests.browser.admin.served import ServedStaff, Stage
from tests.support.browser import PageFactory
from tests.support.reading.spoken import is_as_read
from tests.support.staff import hire

FOLDER = Path(__file__).with_name("spoken")
ALL = DESK | CALLS | ACTS | REVIEWS
MAIN = (
    "desk: no call",
    "desk: found",
    "desk: wrong search",
    "desk: unverified",
    "desk: not enough",
    "desk: status",
    "desk: acting",
    "queue",
    "request: free",
    "request: paper",
    "request: nothing chosen",
    "bulk",
)


TURNS = count(1)


@pytest.fixture
def untouched(staff_stage: Stage) -> ServedStaff:
    """The staff site on which no other test did anything, nor any of its people.

    The site keeps the figures of a person's menu for half a minute, so nobody gets the key of
    somebody of before: whoever is hired follows an account that is far up.
    """
    served = staff_stage.set_back()
    accounts, turn = table_of(StaffUser), next(TURNS)
    with served.database.write() as session:
        last = dict(session.execute(select(accounts).limit(1)).mappings().one())
        session.execute(update(accounts).values(login=accounts.c.login + "-before"))
        far = {"id": 10_000 * turn, "login": f"far{turn}"}
        session.execute(insert(accounts).values(last | far))
    for role in served.colleagues:
        served.colleagues[role] = hire(served.database, served.now, role, role.value)
    return served


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", MAIN)
def test_a_screen_reader_gets_what_a_person_has_read(
    untouched: ServedStaff,
    page_factory: PageFactory,
    name: str,
    language: str,
    request: pytest.FixtureRequest,
) -> None:
    page = page_factory(width=1280, height=900)
    untouched.speak(page, language)
    ALL[name](untouched, page)
    page.wait_for_load_state("load")
    write = request.config.getoption("--write-spoken")
    is_as_read(page, FOLDER, name, language, write=write)
