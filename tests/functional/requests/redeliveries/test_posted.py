"""A letter that was asked for again goes to the post.

Whoever asked for it hears of it, once, and nobody else.
"""

from pathlib import Path

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.clock import FixedClock, jst_date
from portal.domain.letters.announcements.models import Announcement
from portal.domain.mailroom.printing.dispatch.entries import Posting
from portal.domain.mailroom.printing.dispatch.handover import confirm_hand_over, propose_hand_over
from portal.domain.mailroom.printing.dispatch.posting import post_run
from portal.domain.mailroom.printing.runs.build import BuiltRun, build_letters
from portal.domain.people.authn import codes
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.protection import ProtectionSource, record_protection
from portal.domain.requests.redeliveries.fulfilling import letters_posted
from portal.domain.requests.redeliveries.states import MissingItem
from portal.domain.requests.redeliveries.submitting import NotArrived, submit
from portal.domain.requests.requests.models import Request
from tests.functional.requests.redeliveries.support import NOW, PARENT, PROGRAM, Post
from tests.support.mailroom.letters import printer
from tests.support.mailroom.proofs import approve_run
from tests.support.people import Person
from tests.support.work import work_in

TODAY = jst_date(NOW)


def with_sms(post: Post) -> Person:
    """A household that signs in by SMS, whose letter went out."""
    person = post.household(active=True)
    with post.database.write() as session:
        row = codes.add_authenticator(
            work_in(session, now=NOW), person.credential_id, "sms", "+819055512345"
        )
        row.state, row.confirmed_at = "confirmed", NOW
        session.get_one(Credential, person.credential_id).locale = "en"
    return person


def ask(post: Post, person: Person, actor: Actor = PARENT, telephone: str = "") -> Request:
    with post.database.write() as session:
        return submit(
            work_in(session, actor, NOW, program=PROGRAM),
            NotArrived(person.household_id, MissingItem.LETTER, telephone=telephone),
        )


def send(post: Post, folder: Path) -> None:
    """Print what is due, hand it over to the mail house, and record that it was posted."""
    with post.database.write() as session:
        record_protection(work_in(session, post.officer, NOW), ProtectionSource.EXTRACT)
    built = build_letters(printer(post.database, folder, FixedClock(NOW)), workers=0)
    assert isinstance(built, BuiltRun)
    approve_run(post.database, built.run_id, post.officer, post.ward)
    with post.database.write() as session:
        propose_hand_over(work_in(session, post.officer, NOW), built.run_id)
        confirm_hand_over(work_in(session, post.ward, NOW), built.run_id)
    with post.database.write() as session:
        assert (
            session.scalars(select(Announcement).where(Announcement.event == "posted")).all() == []
        )
    with post.database.write() as session:
        post_run(work_in(session, post.officer, NOW), built.run_id, Posting(TODAY, "ordinary"))


def told(post: Post, person: Person) -> list[tuple[str, str]]:
    with post.database.read() as session:
        mine = select(Announcement).where(Announcement.household_id == person.household_id)
        return [(row.event, row.medium) for row in session.scalars(mine.order_by(Announcement.id))]


def test_who_asked_from_the_account_is_told_by_its_channel_though_the_letter_replaced_it(
    post: Post, tmp_path: Path
) -> None:
    person = with_sms(post)
    post.decide(ask(post, person))
    assert told(post, person) == [("received", "sms"), ("decided", "sms")]
    send(post, tmp_path)
    assert post.credential(person) == "superseded"
    assert told(post, person)[2:] == [("posted", "sms")]
    with post.database.write() as session:
        assert letters_posted(work_in(session, now=NOW), [person.household_id]) == 1
    assert len(told(post, person)) == 3, "once"


def test_a_number_left_with_the_staff_is_called(post: Post, tmp_path: Path) -> None:
    person = post.household()
    post.come_back(person)
    post.decide(ask(post, person, post.officer, "0312345678"), actor=post.colleague)
    send(post, tmp_path)
    assert told(post, person)[-1] == ("posted", "call_back")


@pytest.mark.parametrize("active", [True, False])
def test_without_a_channel_the_letter_speaks_for_itself(
    post: Post, tmp_path: Path, *, active: bool
) -> None:
    person = post.household(active=active)
    post.decide(ask(post, person))
    send(post, tmp_path)
    assert "posted" not in [event for event, _medium in told(post, person)]


def test_an_account_whose_owner_never_said_so_is_not_written_to(post: Post, tmp_path: Path) -> None:
    person = with_sms(post)
    post.come_back(person)
    post.decide(ask(post, person, post.officer), actor=post.colleague)
    send(post, tmp_path)
    assert "posted" not in [event for event, _medium in told(post, person)]
