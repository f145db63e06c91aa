"""Asking without sign-in.

The same for everybody, matched for staff alone, and never against an account's owner.
"""

from datetime import date

import pytest
from sqlalchemy import select

from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    ThrottledError,
    TooEarlyError,
    WrongStateError,
)
from portal.domain.letters.announcements.models import Announcement
from portal.domain.letters.letters.models import Letter
from portal.domain.people.authn import codes, throttles
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.tasks.models import Task
from portal.domain.requests.redeliveries.matching import find_matches, stored_matches
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.requests.models import Request
from tests.functional.requests.redeliveries.support import NOW, POSTED, Post, days, wish
from tests.support.people import CANARY_NAME, Person
from tests.support.work import work_in

TELEPHONE = "09087654321"


def matches(post: Post, row: Request) -> list[tuple[int, tuple[str, ...]]]:
    with post.database.read() as session:
        item = session.scalars(select(Redelivery).where(Redelivery.request_id == row.id)).one()
        return [(match.household_id, match.agrees) for match in stored_matches(item)]


def with_sms(post: Post, person: Person) -> None:
    """The owner of the account gets codes by SMS too."""
    with post.database.write() as session:
        row = codes.add_authenticator(
            work_in(session, now=NOW), person.credential_id, "sms", "09011112222"
        )
        row.state, row.confirmed_at = "confirmed", NOW


def events(post: Post, person: Person) -> list[tuple[str, str]]:
    with post.database.read() as session:
        rows = session.scalars(
            select(Announcement).where(Announcement.household_id == person.household_id)
        )
        return [(row.event, row.medium) for row in rows]


def test_what_was_written_is_sealed_and_looked_up_by_nobody_yet(post: Post) -> None:
    post.household()
    row = post.ask_outside(wish(telephone=TELEPHONE))
    assert row.household_id is None
    assert row.sealed is not None
    for secret in (CANARY_NAME, TELEPHONE, "1390001"):
        assert secret.encode() not in row.sealed
    assert matches(post, row) == []


def test_one_household_that_fits_in_everything_is_found_and_gets_its_letter(post: Post) -> None:
    person = post.household()
    row = post.ask_outside()
    post.match()
    assert matches(post, row) == [(person.household_id, ("name", "birth", "postal"))]
    found = post.fresh(row)
    assert (found.household_id, found.state, found.warnings) == (person.household_id, "waiting", [])
    post.decide(row)
    assert post.state(row)[0] == "approved"
    assert post.orders(person) == [("redelivery", "open")]


def test_several_that_fit_are_chosen_among_by_a_person(post: Post) -> None:
    first, second = post.household(), post.household()
    row = post.ask_outside()
    post.match()
    assert [household for household, _agrees in matches(post, row)] == [
        first.household_id,
        second.household_id,
    ]
    assert (post.fresh(row).household_id, post.fresh(row).warnings) == (None, ["several"])
    with pytest.raises(InputError, match="世帯を選"):
        post.decide(row)
    post.decide(row, "choose", extra_household=str(second.household_id))
    assert (post.fresh(row).household_id, post.fresh(row).warnings) == (second.household_id, [])
    post.decide(row)
    assert post.orders(second) == [("redelivery", "open")]
    assert post.orders(first) == []


def test_a_slip_in_the_postal_code_is_found_but_left_to_a_person(sqlite_post: Post) -> None:
    person = sqlite_post.household()
    row = sqlite_post.ask_outside(wish(postal_code="1390002"))
    sqlite_post.match()
    assert matches(sqlite_post, row) == [(person.household_id, ("name", "birth"))]
    assert sqlite_post.fresh(row).warnings == ["not_sure"]
    assert sqlite_post.fresh(row).household_id is None


def test_a_letter_number_finds_its_household(sqlite_post: Post) -> None:
    post = sqlite_post
    person = post.household()
    with post.database.read() as session:
        number = session.scalars(select(Letter.number)).one()
        written = wish(
            name="鷺沢　茜", letter_number=number, postal_code="1000001", birth=date(1960, 1, 1)
        )
        (found,) = find_matches(work_in(session), written)
    assert (found.household_id, found.agrees, found.sure) == (
        person.household_id,
        ("number",),
        False,
    )


def test_a_request_that_fits_nobody_is_refused_by_the_ward_alone_and_nothing_is_sent(
    post: Post,
) -> None:
    row = post.ask_outside(wish(name="鷺沢　茜", telephone=TELEPHONE))
    with pytest.raises(NotAllowedError, match="区の職員だけ"):
        post.decide(row, "refuse", reason="not_found")
    post.match()
    assert post.fresh(row).warnings == ["no_match"]
    post.decide(row, "refuse", actor=post.ward, reason="not_found")
    assert post.state(row) == ("refused", "closed", "refused")
    with post.database.read() as session:
        assert session.scalars(select(Announcement)).all() == []
        assert session.scalars(select(OutboxMessage)).all() == []
        assert session.scalars(select(Task)).all() == []


def test_the_owner_of_an_account_is_asked_on_its_own_channel_before_anything(post: Post) -> None:
    person = post.household(active=True)
    with_sms(post, person)
    row = post.ask_outside(wish(telephone=TELEPHONE))
    post.match()
    found = post.fresh(row)
    assert (found.state, found.warnings) == ("with_resident", ["activated"])
    assert events(post, person) == [("received", "sms")]
    with post.database.read() as session:
        (message,) = session.scalars(select(OutboxMessage)).all()
        assert message.household_id == person.household_id
    with pytest.raises(NotAllowedError, match="登録された連絡先で本人に"):
        post.decide(row)
    assert post.orders(person) == []
    post.answer(row, person, mine=True)
    assert (post.fresh(row).state, post.fresh(row).warnings) == ("waiting", [])
    post.decide(row)
    assert post.orders(person) == [("redelivery", "open")]
    assert post.credential(person) == "active", "until the new letter is printed"


def test_an_owner_who_did_not_ask_stops_it_with_one_word(post: Post) -> None:
    person = post.household(active=True)
    row = post.ask_outside()
    post.match()
    stranger = post.household()
    with pytest.raises(NotFoundError):
        post.answer(row, stranger, mine=False)
    post.answer(row, person, mine=False)
    assert post.state(row) == ("withdrawn", "closed", "withdrawn")
    with pytest.raises(WrongStateError):
        post.answer(row, person, mine=True)
    assert post.credential(person) == "active"


def test_staff_may_say_that_they_asked_the_owner_and_that_is_logged(sqlite_post: Post) -> None:
    from portal.domain.foundation.audit.models import AuditEvent

    post = sqlite_post
    person = post.household(active=True)
    row = post.ask_outside()
    post.match()
    post.decide(row, extra_contacted="yes")
    assert post.state(row)[:2] == ("approved", "in_progress")
    with post.database.read() as session:
        logged = select(AuditEvent.actor_id).where(AuditEvent.action == "redelivery.owner_asked")
        assert session.scalars(logged).all() == [post.officer.id]
    assert post.orders(person) == [("redelivery", "open")]


def test_a_second_request_for_the_same_household_is_a_duplicate(sqlite_post: Post) -> None:
    post = sqlite_post
    person = post.household()
    first = post.ask(person)
    row = post.ask_outside()
    post.match()
    assert post.fresh(row).household_id is None
    with pytest.raises(ConflictError, match=first.receipt_no):
        post.decide(row, "choose", extra_household=str(person.household_id))


def test_the_same_form_has_one_receipt_and_a_sender_has_three_a_day(post: Post) -> None:
    first = post.ask_outside(form_key="same")
    assert post.ask_outside(form_key="same").receipt_no == first.receipt_no
    assert post.ask_outside(form_key="same", address="198.51.100.9").receipt_no == first.receipt_no
    for _more in range(throttles.REDELIVERY_FORM.allowed - 1):
        post.ask_outside()
    with pytest.raises(ThrottledError, match="1日に3回まで"):
        post.ask_outside()
    assert post.ask_outside(form_key="same").receipt_no == first.receipt_no
    assert post.ask_outside(address="198.51.100.9").receipt_no
    assert post.ask_outside(now=NOW + days(1)).receipt_no


def test_before_the_window_nobody_can_ask(sqlite_post: Post) -> None:
    from datetime import UTC, datetime

    with pytest.raises(TooEarlyError, match="2023年7月3日"):
        sqlite_post.ask_outside(now=datetime(2023, 7, 2, 14, 59, 59, tzinfo=UTC))
    assert POSTED.month == 7
