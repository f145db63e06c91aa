"""Asking without sign-in.

The same for everybody, matched for staff alone, and never against an account's owner.
"""

from datetime import date

import pytest
from sqlalchemy import select

from portal.domain.desk.casework.reviews.queue import known_to
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
from portal.domain.mailroom.roster.holds.protection_list import (
    ListedNumbers,
    NumberKind,
    load_list,
)
from portal.domain.people.authn import codes, throttles
from portal.domain.people.households.models import Household
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.tasks.models import Task
from portal.domain.requests.redeliveries.matching import find_matches, stored_matches
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import claim
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


def protect(post: Post, person: Person) -> None:
    with post.database.write() as session:
        session.get_one(Household, person.household_id).protected = True


def known_outside_the_ward(post: Post) -> list[int]:
    """The keys of the open requests that a contractor's officers have in their queue."""
    with post.database.read() as session:
        shown = select(Request.id).where(known_to(include_protected=False))
        return list(session.scalars(shown.where(Request.state != "closed").order_by(Request.id)))


def test_a_request_that_names_nobody_of_whom_all_may_know_is_the_wards_whoever_it_names(
    post: Post,
) -> None:
    """Were only a protected family's gone, whoever reviews could try names and postal codes."""
    hidden, other = post.household(), post.household(numbered=True)
    protect(post, hidden)
    forms = {
        "everything fits": post.ask_outside(),
        "in part": post.ask_outside(wish(postal_code="1390002")),
        "nobody": post.ask_outside(wish(name="鷺沢　茜")),
    }
    named = post.ask_outside(wish(name="金糸雀2", postal_code="1390002"))
    post.match()
    assert known_outside_the_ward(post) == [named.id]
    assert {what: post.fresh(row).warnings for what, row in forms.items()} == {
        "everything fits": [],
        "in part": ["not_sure"],
        "nobody": ["not_sure"],
    }, "the ward reads what is so: the birth date and the postal code are those of both"
    for row in forms.values():
        for action in ("to_ward", "refuse", "choose"):
            with pytest.raises(NotFoundError, match="この申請は見つかりませんでした"):
                post.decide(row, action, reason="other", extra_household=str(other.household_id))


def test_what_fits_is_the_same_whether_a_protected_household_fits_as_well(post: Post) -> None:
    """A form may fit the sender's own family in part, and try another name's birth date by it."""
    own = post.household(children=1)
    wishes = (
        wish(),
        wish(postal_code="1390002"),
        wish(birth=date(1960, 1, 1)),
        wish(birth=date(2014, 5, 2)),  # in all parts the other's, whose second child it is
    )
    seen = []
    for protected in (False, True):
        if protected:
            protect(post, post.household(children=2))
        rows = [post.ask_outside(one, address=f"198.51.100.{at}") for at, one in enumerate(wishes)]
        post.match()
        found = [
            [agrees for household, agrees in matches(post, row) if household == own.household_id]
            for row in rows
        ]
        fresh = [post.fresh(row) for row in rows]
        seen.append((found, [(row.household_id, row.warnings, row.ward_only) for row in fresh]))
        for row in rows:
            post.decide(row, "refuse", actor=post.ward, reason="other")
    assert seen[0] == seen[1]
    unsure = (None, ["not_sure"], False)
    assert seen[0][1] == [(own.household_id, [], False), unsure, unsure, unsure]


def test_a_request_is_the_wards_when_the_only_one_it_named_comes_under_protection(
    post: Post,
) -> None:
    person, slip = post.household(), wish(postal_code="1390002")
    row, settled = post.ask_outside(slip), post.ask_outside(slip)
    post.match()
    post.decide(settled, "refuse", actor=post.ward, reason="other")
    assert known_outside_the_ward(post) == [row.id]
    with post.database.write() as session:
        claim(work_in(session, post.officer, NOW), row.id)
    with post.database.write() as session:
        listed = ListedNumbers(NumberKind.HOUSEHOLD, ("9700000001",))
        assert load_list(work_in(session, post.ward, NOW), listed).unknown == ()
    assert known_outside_the_ward(post) == []
    assert post.fresh(row).claimed_by is None
    post.decide(row, "choose", actor=post.ward, extra_household=str(person.household_id))


def test_what_the_ward_finds_to_be_nobodys_is_gone_like_what_it_finds_to_be_a_protected_familys(
    post: Post,
) -> None:
    post.household()
    hidden = post.household(numbered=True)
    protect(post, hidden)
    slip = wish(postal_code="1390002")
    nobodys, theirs = post.ask_outside(slip), post.ask_outside(slip)
    post.match()
    for row in (nobodys, theirs):
        post.decide(row, "to_ward")
    assert known_outside_the_ward(post) == [nobodys.id, theirs.id]
    post.decide(theirs, "choose", actor=post.ward, extra_household=str(hidden.household_id))
    post.decide(nobodys, "refuse", actor=post.ward, reason="other")
    with post.database.read() as session:
        assert (
            session.scalars(select(Request.id).where(known_to(include_protected=False))).all() == []
        )


def test_the_ward_gives_a_request_back_by_choosing_a_household_of_which_all_may_know(
    post: Post,
) -> None:
    person = post.household()
    row = post.ask_outside(wish(name="鷺沢　茜"))
    post.match()
    assert known_outside_the_ward(post) == []
    post.decide(row, "choose", actor=post.ward, extra_household=str(person.household_id))
    assert known_outside_the_ward(post) == [row.id]
    post.decide(row, now=NOW + days(1))
    assert post.orders(person) == [("redelivery", "open")]


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


def test_a_protected_household_is_the_wards_as_soon_as_it_is_matched(post: Post) -> None:
    person = post.household(protected=True)
    with post.database.write() as session:
        session.get_one(Household, person.household_id).protected = True
    row = post.ask_outside()
    with pytest.raises(NotFoundError):
        post.decide(row, "choose", extra_household=str(person.household_id))
    post.match()
    assert post.fresh(row).household_id == person.household_id
    with pytest.raises(NotFoundError):
        post.decide(row)
    assert events(post, person) == []


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
