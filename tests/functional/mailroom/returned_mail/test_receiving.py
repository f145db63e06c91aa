"""An item is on the table.

Its number opens it, its ID stops at once, and the next step is set going.
"""

import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.foundation.program.schema import Program
from portal.domain.letters.announcements.models import Announcement
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.shipments import mail
from portal.domain.letters.shipments.models import Shipment
from portal.domain.mailroom.returned_mail.actions import NextAction, next_action
from portal.domain.mailroom.returned_mail.models import ReturnedItem
from portal.domain.mailroom.returned_mail.receiving import Pile, Received, check_pile, receive
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Household
from portal.domain.people.tasks.models import Task
from portal.domain.requests.requests.models import Request
from tests.functional.requests.redeliveries.support import (
    NOW,
    POSTED,
    PROGRAM,
    Post,
    handed_over,
    tracking_no,
    with_rules,
)
from tests.support.people import Person
from tests.support.work import work_in

TODAY = date(2023, 8, 1)
PILE = Pile("storage_ended", "A-1", TODAY, TODAY + timedelta(days=180))


def number_of(post: Post, person: Person) -> str:
    with post.database.read() as session:
        return session.scalars(
            select(Letter.number).where(Letter.household_id == person.household_id)
        ).one()


def take_in(
    post: Post,
    typed: str,
    reason: str = "storage_ended",
    *,
    program: Program = PROGRAM,
    now: datetime = NOW,
) -> Received:
    pile = Pile(reason, PILE.box, PILE.received_on, PILE.keep_until)
    with post.database.write() as session:
        return receive(work_in(session, post.officer, now, program=program), typed, pile)


def told(post: Post) -> list[str]:
    with post.database.read() as session:
        return list(session.scalars(select(Announcement.event).order_by(Announcement.id)))


@pytest.mark.parametrize(
    "how", ["letter", "letter_wide", "label", "label_printed", "label_of_a_scanner"]
)
def test_a_scan_finds_the_item_and_stops_the_id_at_once(post: Post, how: str) -> None:
    person = post.household()
    with post.database.read() as session:
        shipment = session.scalars(select(Shipment)).one()
        key, label = shipment.id, shipment.tracking_no or ""
    letter = number_of(post, person)
    typed = {
        "letter": letter,
        "letter_wide": f"　{letter.lower()[:5]}-{letter[5:]} ",
        "label": label,
        "label_printed": mail.printed(label),
        "label_of_a_scanner": f"a{label}a",
    }[how]
    done = take_in(post, typed)
    assert (done.number, done.action) == (letter, NextAction.ON_REQUEST)
    with post.database.read() as session:
        assert session.get_one(Shipment, key).state == "returned"
        credential = session.scalars(select(Credential)).one()
        assert credential.state == "suspended"
        item = session.scalars(select(ReturnedItem)).one()
        assert (item.state, item.box, item.keep_until) == ("kept", "A-1", PILE.keep_until)
    assert told(post) == ["came_back"]


def test_the_same_item_twice_and_by_two_scanners_at_once_is_one(post: Post) -> None:
    person = post.household()
    number = number_of(post, person)
    results: list[str] = []

    def scan() -> None:
        try:
            take_in(post, number)
            results.append("in")
        except (ConflictError, WrongStateError):
            results.append("refused")

    threads = [threading.Thread(target=scan) for _place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["in", "refused"]
    with pytest.raises(ConflictError, match="もう受け取って"):
        take_in(post, number)
    with post.database.read() as session:
        assert len(session.scalars(select(ReturnedItem)).all()) == 1


def test_a_letter_whose_posting_nobody_entered_can_come_back(post: Post) -> None:
    person = post.household(letter=False)
    with post.database.write() as session:
        number = handed_over(session, person).number
    assert take_in(post, number).number == number
    with post.database.read() as session:
        assert session.scalars(select(Shipment.state)).one() == "returned"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("M000000000", "この番号の手紙はありません"),
        ("13112383852", "見つかりません"),
        ("なまえ", "見つかりません"),
        ("", "見つかりません"),
    ],
)
def test_what_nothing_has_is_said(sqlite_post: Post, typed: str, sentence: str) -> None:
    with pytest.raises(NotFoundError, match=sentence):
        take_in(sqlite_post, typed)


def test_a_delivered_parcel_is_for_the_parcels_desk(post: Post) -> None:
    person = post.household(letter=False)
    key = post.parcel(person)
    post.mail(person, "deliver", POSTED + timedelta(days=2), shipment=key)
    with pytest.raises(WrongStateError):
        take_in(post, tracking_no(key))


@pytest.mark.parametrize("reason", sorted(mail.WARD_REASONS))
def test_the_ward_looks_first_where_the_address_is_in_question(post: Post, reason: str) -> None:
    person = post.household()
    assert take_in(post, number_of(post, person), reason).action is NextAction.WARD_LOOKS
    with post.database.read() as session:
        assert session.scalars(select(Task.kind)).one() == "address_check"
        assert session.scalars(select(Request)).all() == []
    assert told(post) == []


def test_a_protected_household_goes_to_the_ward_alone_and_nobody_is_told(post: Post) -> None:
    person = post.household()
    with post.database.write() as session:
        session.get_one(Household, person.household_id).protected = True
    done = take_in(post, number_of(post, person))
    assert (done.action, done.protected) == (NextAction.WARD_ONLY, True)
    assert told(post) == []


def test_the_first_redelivery_is_asked_for_unasked_where_the_ward_wants_that(post: Post) -> None:
    person = post.household()
    done = take_in(post, number_of(post, person), program=with_rules(first_redelivery_unasked=True))
    assert done.action is NextAction.ASKED_FOR
    with post.database.read() as session:
        assert session.scalars(select(Request.kind)).one() == "redelivery"


def test_a_parcel_comes_back_into_the_parcels_desk(post: Post) -> None:
    person = post.household(letter=False)
    key = post.parcel(person)
    done = take_in(post, tracking_no(key))
    assert done.number == mail.printed(tracking_no(key))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": "lazy"}, "reason"),
        ({"box": " "}, "box"),
        ({"box": "x" * 21}, "box"),
        ({"received_on": TODAY + timedelta(days=1)}, "received_on"),
        ({"keep_until": TODAY - timedelta(days=1)}, "keep_until"),
    ],
)
def test_a_pile_with_a_fault_takes_nothing_in(
    sqlite_post: Post, changes: dict[str, Any], field: str
) -> None:
    from dataclasses import replace

    person = sqlite_post.household()
    pile = replace(PILE, **changes)
    assert field in check_pile(pile, NOW)
    with sqlite_post.database.write() as session, pytest.raises(InputError):
        receive(
            work_in(session, sqlite_post.officer, NOW, program=PROGRAM),
            number_of(sqlite_post, person),
            pile,
        )


@pytest.mark.parametrize("reason", mail.RETURN_REASONS)
@pytest.mark.parametrize("left", [0, 1])
def test_every_reason_has_a_next_step_in_words(reason: str, left: int) -> None:
    for protected in (False, True):
        for asked in (False, True):
            action = next_action(reason, protected=protected, left=left, asked=asked)
            assert action.label
            if reason in mail.WARD_REASONS or protected:
                assert action in {NextAction.WARD_LOOKS, NextAction.WARD_ONLY}


def test_every_step_is_logged_without_a_number(post: Post) -> None:
    person = post.household()
    number = number_of(post, person)
    take_in(post, number)
    with post.database.read() as session:
        events = session.scalars(select(AuditEvent)).all()
        assert {"returned_mail.received", "credential.suspend", "shipment.receive"} <= {
            e.action for e in events
        }
        assert all(number not in str(event.detail) for event in events)
