"""Who may accept a request: what the definition of its kind says is what decides."""

from collections.abc import Callable
from pathlib import Path

import pytest

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.errors import NotAllowedError, NotFoundError
from portal.domain.requests.all_kinds import kind_of
from portal.domain.requests.requests.deciders import Deciders
from portal.domain.requests.requests.models import Request
from portal.platform.database import Database
from tests.functional.requests.declines.support import PROGRAM, make_desk, with_rules
from tests.functional.requests.recipients.support import open_office
from tests.functional.requests.redeliveries.support import make_post
from tests.support.requests.paper import make_paper
from tests.support.work import work_in

PARENT = Actor(Role.RESIDENT, 1)
Accept = Callable[[Actor], Request]


def deciders(database: Database, row: Request) -> Deciders:
    """Return whom the definition of the request's kind names."""
    with database.read() as session:
        found = session.get_one(Request, row.id)
        return kind_of(found.kind).deciders(work_in(session, program=PROGRAM), found)


def assert_refused(accept: Accept, *actors: Actor, code: str = "") -> None:
    """Fail where one of them may accept."""
    for actor in actors:
        with pytest.raises(NotAllowedError) as refused:
            accept(actor)
        assert refused.value.code == code or not code


def test_the_office_accepts_a_decline_and_no_household(
    sqlite_database: Database, tmp_path: Path
) -> None:
    desk = make_desk(sqlite_database, tmp_path)
    row = desk.submit()
    assert deciders(sqlite_database, row) is Deciders.OFFICE
    assert_refused(lambda actor: desk.decide(row, "accept", actor), PARENT, Actor(Role.OFFICER, 1))
    assert desk.decide(row, "accept").result == "accepted"


def test_two_of_the_office_accept_where_the_program_says_so(
    sqlite_database: Database, tmp_path: Path
) -> None:
    desk = make_desk(sqlite_database, tmp_path)
    program = with_rules(four_eyes=frozenset({"decline"}))
    row = desk.submit()
    assert desk.decide(row, "accept", program=program).state == "waiting"
    assert_refused(lambda actor: desk.decide(row, "accept", actor, program), PARENT, desk.officer)
    assert desk.decide(row, "accept", desk.colleague, program).result == "accepted"


def test_only_the_ward_accepts_a_decline_of_adults(
    sqlite_database: Database, tmp_path: Path
) -> None:
    desk = make_desk(sqlite_database, tmp_path)
    row = desk.submit()
    with sqlite_database.write() as session:
        session.get_one(Request, row.id).warnings = ["adult_ward"]
    assert deciders(sqlite_database, row) is Deciders.WARD_FOR_ADULTS
    assert_refused(
        lambda actor: desk.decide(row, "accept", actor),
        desk.officer,
        desk.colleague,
        code="adult_ward",
    )
    assert desk.decide(row, "accept", desk.ward).result == "accepted"


def test_the_office_accepts_paper_and_no_household(
    sqlite_database: Database, tmp_path: Path
) -> None:
    paper = make_paper(sqlite_database, tmp_path)
    family = paper.household()
    paper.coupons()
    request_id = paper.ask(family, 1)
    row = paper.request(request_id)
    assert deciders(sqlite_database, row) is Deciders.OFFICE
    assert_refused(
        lambda actor: paper.decide(request_id, actor=actor), PARENT, paper.resident(family)
    )
    assert paper.decide(request_id).state == "in_progress"


def test_the_ward_must_agree_where_the_address_of_a_redelivery_is_unknown(
    sqlite_database: Database,
) -> None:
    post = make_post(sqlite_database)
    known, unknown = post.household(), post.household()
    post.come_back(known)
    post.come_back(unknown, "address_unknown")
    plain, row = post.ask(known), post.ask(unknown)
    assert deciders(sqlite_database, plain) is Deciders.OFFICE
    assert deciders(sqlite_database, row) is Deciders.WARD_OR_INSTRUCTED
    assert post.decide(row).state == "waiting", "proposed"
    assert_refused(lambda actor: post.decide(row, actor=actor), post.colleague, code="ward_needed")
    assert_refused(lambda actor: post.decide(row, actor=actor), PARENT, post.officer)
    assert post.decide(row, actor=post.ward).state == "in_progress"
    assert_refused(lambda actor: post.decide(plain, actor=actor), PARENT)
    assert post.decide(plain).state == "in_progress"


@pytest.mark.parametrize("kind", ["recipient_change", "addition"])
def test_two_people_with_the_ward_accept_who_receives(
    sqlite_database: Database, tmp_path: Path, kind: str
) -> None:
    office = open_office(sqlite_database, tmp_path)
    row = office.add() if kind == "addition" else office.change()
    assert (row.kind, deciders(sqlite_database, row)) == (kind, Deciders.WARD_AND_ANOTHER)
    accept: Accept = lambda actor: office.decide(row, actor=actor)  # noqa: E731  (one line for both kinds)
    if kind == "addition":
        for actor in (office.colleague, PARENT, office.officer):
            with pytest.raises(NotFoundError):  # it is the ward's alone
                accept(actor)
    else:
        assert_refused(accept, office.colleague, code="ward_needed")
        assert_refused(accept, PARENT, office.officer)
    assert accept(office.ward).result == "accepted"
