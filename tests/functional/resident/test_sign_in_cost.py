"""What signing in asks of the database: few statements a step, and none of them twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from portal.domain.mailroom.incidents.site_notices import NoticeBoard
from portal.platform.site import Site
from tests.functional.resident.test_throttles import guess, known
from tests.support.databases.statements import counted_statements
from tests.support.login_ids import plain_login_id
from tests.support.people import Person
from tests.support.resident import Loop, Resident, Visitor, make_resident

SETTINGS = "set_config"
"""In the first statement of a transaction on PostgreSQL."""
OPENS = ("PRAGMA", "BEGIN")
"""With which SQLite's transactions begin."""


@pytest.fixture
def node(
    resident_base: Site, resident: Resident, background_loop: Loop, tmp_path: Path
) -> Resident:
    """A node whose pages do not read the notices anew."""
    made = make_resident(
        resident_base, resident.database, background_loop, tmp_path, notices=NoticeBoard()
    )
    made.visitor().open("/")
    return made


@contextmanager
def at_most(node: Resident, most: int) -> Iterator[None]:
    """Fail a block that sends more, beside what opens transactions, or the same one twice."""
    with counted_statements(node.database) as asked:
        yield
    sent = [one for one in asked if SETTINGS not in one and not one.startswith(OPENS)]
    assert len(set(sent)) == len(sent), sent
    assert len(sent) <= most, sent


def press(visitor: Visitor, person: Person) -> None:
    """Send ID and password, and nothing after it."""
    typed = {"login_id": person.login_id, "password": person.password}
    assert visitor.post("/signin/submit", typed).status_code == 303


def test_a_new_browser_signs_in_with_few_statements(node: Resident) -> None:
    person, visitor = node.add(active=True), node.visitor()
    with at_most(node, 0):
        visitor.open("/signin")
    with at_most(node, 7):
        press(visitor, person)
    with at_most(node, 1):
        visitor.open("/signin/code")
    with at_most(node, 9):
        code = {"code": person.totp(node.now)}
        assert visitor.post("/signin/code/submit", code).status_code == 303


def test_a_known_browser_signs_in_with_few_statements(node: Resident) -> None:
    person = node.add(active=True)
    visitor = known(node, person)
    node.clock.advance(minutes=1)
    visitor.open("/signin")
    with at_most(node, 7):
        press(visitor, person)
    with at_most(node, 1):
        visitor.open("/signin/code")
    with at_most(node, 9):
        code = {"code": person.totp(node.now)}
        assert visitor.post("/signin/code/submit", code).status_code == 303


def test_a_wrong_password_costs_the_same_for_an_id_that_exists_and_for_none(
    node: Resident,
) -> None:
    counts = []
    for login_id in (node.add(active=True).login_id, plain_login_id()):
        visitor = node.visitor()
        visitor.open("/signin")
        with counted_statements(node.database) as asked:
            assert guess(visitor, login_id) == 422
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_two_nodes_count_together(node: Resident, resident: Resident) -> None:
    person = node.add(active=True)
    here, there = node.visitor(), resident.visitor("192.0.2.4")
    tries = [guess(one, person.login_id) for one in (here, there, here, there, here)]
    assert tries == [422] * 5
    assert [guess(here, person.login_id), guess(there, person.login_id)] == [429, 429]
