"""A print run goes to the post as a whole.

Proposed by one, confirmed by another, without letters that must stay.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import (
    ConflictError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.letters.letters.models import Letter, PrintRun
from portal.domain.mailroom.printing.dispatch import handover
from portal.domain.mailroom.printing.runs.build import BuiltRun, build_letters
from portal.domain.mailroom.printing.runs.queries import to_withdraw
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Hold, Household
from portal.platform.database import Database
from tests.support.coupons import NOW
from tests.support.mailroom.letters import add_families, printer
from tests.support.mailroom.proofs import approve_run
from tests.support.staff import hire
from tests.support.work import work_in


@dataclass
class Post:
    """A finished run and the people who may hand it over."""

    database: Database
    run_id: int
    households: list[int]
    officer: Actor
    other: Actor

    def propose(self) -> None:
        with self.database.write() as session:
            handover.propose_hand_over(work_in(session, self.officer), self.run_id)

    def confirm(self, actor: Actor | None = None) -> handover.HandedOver:
        with self.database.write() as session:
            return handover.confirm_hand_over(work_in(session, actor or self.other), self.run_id)

    def stop(self, household_id: int, *, protected: bool = False) -> None:
        with self.database.write() as session:
            if protected:
                session.get_one(Household, household_id).protected = True
            else:
                session.add(Hold(household_id=household_id, code="W06_INSTITUTION", created_at=NOW))

    def take_out(self, actor: Actor | None = None) -> int:
        actor = actor or self.officer
        knows = actor.role is Role.WARD_OFFICER
        with self.database.write() as session:
            found = to_withdraw(session, self.run_id, include_protected=knows)
            letters = [row.letter_id for row in found]
            return handover.take_out(work_in(session, actor), self.run_id, letters)

    def letter(self, letter_id: int) -> int:
        with self.database.read() as session:
            return session.get_one(Letter, letter_id).household_id

    def states(self) -> list[tuple[str, bool]]:
        with self.database.read() as session:
            rows = session.execute(select(Letter.state, Letter.handed_over_at).order_by(Letter.id))
            return [(state, at is not None) for state, at in rows]

    def run_state(self) -> str:
        with self.database.read() as session:
            return session.get_one(PrintRun, self.run_id).state


@pytest.fixture
def post(database: Database, tmp_path: Path) -> Post:
    households = add_families(database, 3)
    built = build_letters(printer(database, tmp_path), workers=0)
    assert isinstance(built, BuiltRun)
    officer, other = (
        hire(database, NOW, role, role.value) for role in (Role.OFFICER, Role.WARD_OFFICER)
    )
    first, second = (
        Actor(Role.OFFICER, officer.id, Organization.CONTRACTOR),
        Actor(Role.WARD_OFFICER, other.id, Organization.WARD),
    )
    approve_run(database, built.run_id, first, second)
    return Post(database, built.run_id, households, first, second)


def test_two_people_hand_a_run_over_with_all_its_letters(post: Post) -> None:
    post.propose()
    assert post.confirm() == handover.HandedOver(post.run_id, 3, 4, 120_000)
    assert post.states() == [("handed_over", True)] * 3
    assert post.run_state() == "handed_over"
    with post.database.read() as session:
        events = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "letter.handed_over")
        ).all()
        assert sorted(event.household_id or 0 for event in events) == sorted(post.households)
    with pytest.raises(WrongStateError):
        post.confirm()
    with pytest.raises(WrongStateError):
        post.propose()


def test_nobody_hands_over_alone_or_unasked_or_without_an_account(post: Post) -> None:
    with pytest.raises(NotFoundError, match="まだ提案されていません"):
        post.confirm()
    with post.database.write() as session, pytest.raises(NotAllowedError):
        handover.propose_hand_over(work_in(session), post.run_id)
    post.propose()
    with pytest.raises(NotAllowedError, match="自分の提案"):
        post.confirm(post.officer)
    assert post.states() == [("printed", False)] * 3


@pytest.mark.parametrize("protected", [True, False], ids=["protected", "held"])
def test_letters_that_must_stay_are_taken_out_before_the_rest_goes(
    post: Post, *, protected: bool
) -> None:
    post.propose()
    post.stop(post.households[0], protected=protected)
    post.stop(post.households[1])
    with pytest.raises(ConflictError, match="2通"):
        post.confirm()
    with pytest.raises(ConflictError, match="1通" if protected else "2通"):
        post.propose()
    assert post.states() == [("printed", False)] * 3
    assert post.take_out(post.other) == 2
    with post.database.read() as session:
        credentials = session.scalars(
            select(Credential.state).order_by(Credential.household_id)
        ).all()
    assert credentials == ["closed", "closed", "issued"]
    assert post.confirm().letters == 1
    assert post.states() == [("cancelled", False), ("cancelled", False), ("handed_over", True)]


def test_only_the_ward_is_told_which_letter_of_a_protected_household_must_stay(post: Post) -> None:
    """Its number beside the list of holds would tell whose household that list leaves out."""
    post.stop(post.households[0], protected=True)
    post.stop(post.households[1])
    assert post.take_out() == 1, "the held one"
    with pytest.raises(ConflictError) as refused:
        post.propose()
    assert refused.value.code == "ward_takes_out"
    assert not any(sign.isdecimal() for sign in str(refused.value))
    (hidden,) = (number for number in (1, 2, 3) if post.letter(number) == post.households[0])
    for absent in (hidden, 999):
        with post.database.write() as session, pytest.raises(NotFoundError) as unknown:
            handover.take_out(work_in(session, post.officer), post.run_id, [absent])
        assert str(unknown.value) == "この手紙は見つかりませんでした。"
    assert post.take_out(post.other) == 1
    post.propose()
    assert post.confirm().letters == 1


def test_a_run_that_is_not_there_is_not_handed_over(post: Post) -> None:
    post.run_id += 1
    with pytest.raises(NotFoundError):
        post.propose()
    with pytest.raises(NotFoundError):
        post.take_out()


def test_taking_out_needs_an_account_and_the_right_run(post: Post) -> None:
    with post.database.write() as session, pytest.raises(NotAllowedError):
        handover.take_out(work_in(session), post.run_id, [1])
    with post.database.write() as session, pytest.raises(NotFoundError):
        handover.take_out(work_in(session, post.officer), post.run_id, [999])
