"""Nobody was at home, the household has no channel, and it left a number.

Called once, if the ward wants that.
"""

from dataclasses import replace

import pytest
from sqlalchemy import select

from portal.domain.contacts.escalations.call_backs import language_of
from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.program.settings.requests import AbsenceWay
from portal.domain.letters.announcements.models import Announcement
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Household
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import details_of
from portal.domain.requests.requests.kinds import RequestKind, Result
from portal.domain.requests.requests.services import NewRequest, close, open_request
from portal.platform.database import Database
from tests.functional.mailroom.tracking.test_ingest import PROGRAM, csv, posted, row, take
from tests.functional.requests.declines.support import add_reviewers
from tests.support.coupons import NOW, VAULT
from tests.support.work import work_in

CALLS = replace(
    PROGRAM, requests=replace(PROGRAM.requests, absence_without_channel=AbsenceWay.CALL_BACK)
)
LEFT = "03-1234-5678"
LONG_AGO, ABSENT = row(2, "ご不在のため持ち戻り"), row(18, "ご不在のため持ち戻り")
KEPT, TAKEN = row(19, "保管"), row(20, "窓口でお渡し")


def household(
    database: Database, *, by_staff: bool = True, result: Result = Result.ACCEPTED
) -> None:
    """A parcel in the post, and a decided form with a number."""
    posted(database)
    with database.write() as session:
        officer = add_reviewers(session)[0] if by_staff else Actor(Role.RESIDENT)
        request = open_request(
            work_in(session, officer, program=PROGRAM),
            NewRequest(RequestKind.REDELIVERY, 1, written={"telephone": LEFT}),
        )
        close(work_in(session), request, result)


def told(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        return [(one.medium, one.state) for one in session.scalars(select(Announcement))]


def only_task(database: Database) -> Task:
    with database.read() as session:
        found = session.scalars(select(Task)).one()
        session.expunge(found)
    return found


def test_it_is_called_once_and_the_call_says_until_when(database: Database) -> None:
    household(database)
    take(database, csv(ABSENT), CALLS)
    take(database, csv(ABSENT, KEPT), CALLS)
    assert told(database) == [("call_back", "with_staff")]
    details = details_of(VAULT, only_task(database))
    assert details["telephone"] == LEFT
    assert "2023-07-08" in details["message"]


def test_what_was_fetched_meanwhile_needs_no_call(sqlite_database: Database) -> None:
    household(sqlite_database)
    take(sqlite_database, csv(ABSENT), CALLS)
    take(sqlite_database, csv(TAKEN), CALLS)
    assert only_task(sqlite_database).state == "cancelled"


def test_what_was_fetched_meanwhile_needs_no_card(database: Database) -> None:
    household(database)
    take(database, csv(ABSENT), PROGRAM)
    take(database, csv(TAKEN), PROGRAM)
    assert told(database) == [("card", "called_off")]


@pytest.mark.parametrize(
    ("locale", "language"), [("ko", "ko"), ("zh_Hant", "zh"), ("ja@easy", "ja"), (None, "ja")]
)
def test_it_is_called_in_the_language_in_which_it_signed_in(
    sqlite_database: Database, locale: str | None, language: str
) -> None:
    household(sqlite_database)
    with sqlite_database.write() as session:
        session.add(
            Credential(
                household_id=1,
                login_digest=b"1",
                login_sealed=b"",
                password_hash="",
                locale=locale,
                created_at=NOW,
                changed_at=NOW,
            )
        )
    take(sqlite_database, csv(ABSENT), CALLS)
    with sqlite_database.read() as session:
        assert language_of(work_in(session), only_task(sqlite_database)) == language


@pytest.mark.parametrize(
    ("by_staff", "result", "program"),
    [
        (True, Result.ACCEPTED, PROGRAM),
        (True, Result.REFUSED, CALLS),
        (False, Result.ACCEPTED, CALLS),
    ],
    ids=["the ward wants cards", "the form was refused", "nobody looked at the number"],
)
def test_otherwise_a_card_goes(
    sqlite_database: Database, by_staff: bool, result: Result, program: object
) -> None:
    household(sqlite_database, by_staff=by_staff, result=result)
    take(sqlite_database, csv(ABSENT), PROGRAM if program is PROGRAM else CALLS)
    assert told(sqlite_database) == [("card", "waiting")]


def test_a_protected_household_and_one_whose_time_is_over_are_not_called(
    sqlite_database: Database,
) -> None:
    household(sqlite_database)
    take(sqlite_database, csv(LONG_AGO), CALLS)
    with sqlite_database.write() as session:
        session.get_one(Household, 1).protected = True
    posted(sqlite_database, "13112383863")
    take(sqlite_database, csv(ABSENT.replace("131-12-38385-2", "13112383863")), CALLS)
    assert told(sqlite_database) == [("call_back", "stopped")] * 2
    with sqlite_database.read() as session:
        assert session.scalars(select(Task)).all() == []
