"""Cards six and three weeks before the end, to letters that were delivered and never signed in."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal.domain.desk.casework.reminder_cards import due_households, stage, write_to
from portal.domain.foundation.clock import FixedClock, day_start
from portal.domain.foundation.program.deadlines import Window, WindowKind
from portal.domain.letters.announcements.models import Announcement
from portal.domain.people.credentials.models import Credential
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Household
from portal.platform.database import Database
from tests.functional.letters.announcements.support import put_hold
from tests.functional.requests.redeliveries.conftest import post
from tests.functional.requests.redeliveries.support import POSTED, Post
from tests.support.people import Person
from tests.support.work import source_of

__all__ = ["post"]
LAST = date(2023, 12, 31)
WINDOW = Window(WindowKind.EXCHANGE, date(2023, 7, 1), LAST)


def at(days_before: int) -> datetime:
    return day_start(LAST - timedelta(days=days_before)) + timedelta(hours=3)


def delivered(post: Post, **options: Any) -> Person:
    person = post.household(**options)
    post.mail(person, "deliver", POSTED + timedelta(days=2))
    return person


def write(database: Database, now: datetime) -> int:
    with source_of(database, FixedClock(now)).writing() as work:
        waiting = due_households(work.session, WINDOW, now)
        write_to(work, WINDOW, waiting)
    return len(waiting)


def test_a_card_goes_out_six_and_three_weeks_before_the_end_each_once(post: Post) -> None:
    delivered(post)
    sent = [
        days for days in range(60, -2, -1) for _look in range(2) if write(post.database, at(days))
    ]
    assert sent == [42, 21]
    with post.database.read() as session:
        rows = session.scalars(select(Announcement)).all()
        assert {(row.event, row.medium, row.due_on) for row in rows} == {
            ("not_signed_in", "card", LAST)
        }


@pytest.mark.parametrize(("days", "found"), [(43, None), (42, 42), (22, 42), (21, 21), (0, 21)])
def test_which_card_is_due(days: int, found: int | None) -> None:
    assert stage(WINDOW, at(days)) == found
    assert stage(WINDOW, datetime(2024, 1, 1, tzinfo=UTC)) is None


def test_only_who_has_the_letter_and_never_signed_in_gets_one(post: Post) -> None:
    gets = delivered(post)
    delivered(post, active=True)
    post.household()  # on its way
    back = post.household()
    post.come_back(back)
    held, protected, done = delivered(post), delivered(post), delivered(post)
    put_hold(post.database, held)
    with post.database.write() as session:
        session.get_one(Household, protected.household_id).protected = True
        for row in session.scalars(
            select(Entitlement).where(Entitlement.household_id == done.household_id)
        ):
            row.state = "declined"
        assert session.get_one(Credential, gets.credential_id).state == "issued"
    with post.database.read() as session:
        assert due_households(session, WINDOW, at(42)) == [gets.household_id]
