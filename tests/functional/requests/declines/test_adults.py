"""A child of 18 on the day of the declaration.

The householder, the child's own signature, or the ward.
"""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Channel
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.program.settings.requests import AdultRule
from portal.domain.people.households.models import Child, Household
from portal.domain.people.households.records import ChildFields, open_child, seal_child
from portal.domain.requests.declines import paper, services
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.review import DECLINE_KIND
from portal.domain.requests.declines.written import DeclineNote
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.paper_forms import PaperEntry
from portal.platform.database import Database
from tests.functional.requests.declines.support import NOW, PARENT, Desk, add_reviewers, with_rules
from tests.support.coupons import VAULT
from tests.support.people import add_household
from tests.support.work import work_in

EIGHTEEN_TODAY = date(2005, 8, 2)  # reaches 18 at the end of 1 August 2023
SEVENTEEN = date(2005, 8, 3)


@pytest.fixture
def desk(sqlite_database: Database) -> Desk:
    """A household of two children, the first 18 on the day of the declaration."""
    with sqlite_database.write() as session:
        household_id = add_household(session, VAULT, "9900000001", NOW)
        assert household_id == 1
        _born(session, 1, EIGHTEEN_TODAY)
        _born(session, 2, SEVENTEEN)
        people = add_reviewers(session)
    return Desk(sqlite_database, *people, 1)


def _born(session: Session, ordinal: int, birth: date) -> None:
    key = VAULT.unwrap(session.get_one(Household, 1).wrapped_key)
    child = session.scalars(select(Child).where(Child.ordinal == ordinal)).one()
    fields = open_child(key, child.sealed, child.person_digest)
    changed = ChildFields(fields.person_no, fields.name, fields.kana, birth)
    child.sealed = seal_child(key, changed, child.person_digest)


def submit(desk: Desk, program: Program) -> Request:
    with desk.database.write() as session:
        return services.submit(work_in(session, PARENT, NOW, program=program), 1, (1, 2))


def adults(desk: Desk) -> list[bool]:
    with desk.database.read() as session:
        return list(session.scalars(select(DeclineItem.adult).order_by(DeclineItem.id)))


def test_the_householder_may_declare_where_the_ward_says_so(desk: Desk) -> None:
    program = with_rules(adult_rule=AdultRule.HOUSEHOLDER)
    row = submit(desk, program)
    assert (row.state, row.warnings) == ("waiting", [])
    assert desk.decide(row, "accept", program=program).result == "accepted"


def test_the_ward_alone_accepts_where_it_says_so(desk: Desk) -> None:
    program = with_rules(adult_rule=AdultRule.WARD)
    row = submit(desk, program)
    assert (adults(desk), row.warnings) == ([True, False], ["adult_ward"])
    with pytest.raises(NotAllowedError, match="区の担当者だけ"):
        desk.decide(row, "accept", program=program)
    assert desk.decide(row, "accept", desk.ward, program=program).result == "accepted"


def test_the_adults_own_signature_is_awaited(desk: Desk) -> None:
    program = with_rules(adult_rule=AdultRule.COUNTERSIGN)
    row = submit(desk, program)
    assert (row.state, row.warnings) == ("with_resident", ["countersign"])
    with desk.database.read() as session:
        assert "署名" in DECLINE_KIND.steps_of(session, row)[-1].words
    with pytest.raises(NotAllowedError):
        desk.decide(row, "accept", program=program)
    assert desk.decide(row, "countersigned", program=program).state == "waiting"
    assert desk.decide(row, "accept", program=program).result == "accepted"
    with pytest.raises(NotAllowedError):
        desk.decide(row, "countersigned", program=program)


def test_a_form_with_the_adults_signature_completes_it(desk: Desk) -> None:
    program = with_rules(adult_rule=AdultRule.COUNTERSIGN)
    row = submit(desk, program)
    form = PaperEntry(
        Channel.COUNTER, NOW, DeclineNote(), countersigned=frozenset({1}), no_scan="with_ward"
    )
    with desk.database.write() as session:
        joined = paper.enter_form(
            work_in(session, desk.colleague, NOW, program=program), 1, (1, 2), form
        )
    assert (joined.id, joined.state, joined.warnings) == (row.id, "waiting", [])


def test_a_signed_form_needs_nothing_more(desk: Desk) -> None:
    program = with_rules(adult_rule=AdultRule.COUNTERSIGN)
    form = PaperEntry(
        Channel.COUNTER, NOW, DeclineNote(), countersigned=frozenset({1}), no_scan="with_ward"
    )
    with desk.database.write() as session:
        row = paper.enter_form(
            work_in(session, desk.officer, NOW, program=program), 1, (1, 2), form
        )
    assert (row.state, row.warnings) == ("waiting", [])
