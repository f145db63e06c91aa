"""Many at once: a change of recipient against a reveal, a decline, a withdrawal and itself.

One winner each.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import DomainError
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.queries import coupon_of_child
from portal.domain.people.coupons.services import reveal
from portal.domain.people.coupons.states import LIVE
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Child, Household
from portal.domain.requests.all_kinds import kind_of
from portal.domain.requests.declines import services as declines
from portal.domain.requests.recipients import changes, review
from portal.domain.requests.recipients.models import RecipientChange
from portal.domain.requests.recipients.written import ChangeNote, Evidence
from portal.domain.requests.requests.deciding import decide
from portal.domain.requests.requests.decisions import Decided
from portal.domain.requests.requests.models import Request
from portal.platform.database import Database
from tests.functional.requests.recipients.support import (
    NEWCOMER,
    NOW,
    PARENT,
    PROGRAM,
    Office,
    open_office,
)
from tests.support.coupons import AMOUNT
from tests.support.work import work_in

HOUSEHOLDS = 16
Act = Callable[[Session, int], object]


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return open_office(database, tmp_path, households=HOUSEHOLDS, codes=HOUSEHOLDS * 3)


def race(office: Office, subjects: Sequence[int], *acts: Act) -> list[list[str]]:
    """Carry out every act for every subject on eight threads.

    Per act what each was told ("" when done).
    """

    def once(act: Act, subject: int) -> str:
        try:
            with office.database.write() as session:
                act(session, subject)
        except DomainError as error:
            return error.message
        return ""

    with ThreadPoolExecutor(8) as pool:
        told = list(
            pool.map(lambda pair: once(pair[1], pair[0]), [(s, a) for s in subjects for a in acts])
        )
    return [told[number :: len(acts)] for number in range(len(acts))]


def show(session: Session, household: int) -> None:
    coupon = coupon_of_child(session, household, 2).coupon
    assert coupon is not None
    reveal(work_in(session, PARENT, NOW), coupon)


def decline(session: Session, household: int) -> None:
    declines.submit(work_in(session, PARENT, NOW, program=PROGRAM), household, (2,))


def test_a_change_a_decline_and_a_reveal(office: Office) -> None:
    def enter(session: Session, household: int) -> None:
        changes.submit(
            work_in(session, office.officer, NOW, program=PROGRAM),
            changes.ChangeEntry(household, (2,), ChangeNote(NEWCOMER, Evidence.SUPPORT_CENTER)),
        )

    shown, declined, entered = race(office, office.households, show, decline, enter)
    for seen, given_up, taken in zip(shown, declined, entered, strict=True):
        assert (given_up == "") != (taken == ""), (given_up, taken)
        assert given_up == "" or "確認中" in given_up
        assert taken == "" or "別の申請" in taken
        assert not seen or "表示できません" in seen
    with office.database.read() as session:
        waiting = session.scalars(
            select(Request.id).where(Request.kind == "recipient_change")
        ).all()
        households = session.scalars(select(RecipientChange.from_household_id)).all()
    assert len(waiting) == entered.count("")

    def accept(session: Session, request_id: int) -> None:
        row = session.get_one(Request, request_id)
        work = work_in(session, office.ward, NOW, program=PROGRAM)
        decide(work, kind_of(row.kind), request_id, row.version, Decided("accept"))

    def withdraw(session: Session, request_id: int) -> None:
        review.withdraw(work_in(session, office.officer, NOW, program=PROGRAM), request_id)

    accepted, again, withdrawn = race(office, waiting, accept, accept, withdraw)
    for outcome in zip(accepted, again, withdrawn, strict=True):
        assert outcome.count("") == 1, outcome
    with office.database.read() as session:
        moved = session.scalar(select(func.count()).where(RecipientChange.state == "moved"))
        placed = session.scalar(select(func.count()).where(Child.placed))
        double = session.execute(
            select(Coupon.entitlement_id)
            .where(Coupon.state.in_(LIVE))
            .group_by(Coupon.entitlement_id)
            .having(func.count() > 1)
        ).all()
        open_claims = session.scalar(
            select(func.count()).where(Entitlement.claimed_by == "recipient_change")
        )
    assert moved == placed == len(waiting) - withdrawn.count("")
    assert (double, open_claims) == ([], 0)
    assert len(households) == len(waiting)
    assert office.sums().adds_up(HOUSEHOLDS * 2, HOUSEHOLDS * 2 * AMOUNT)


def test_one_child_is_added_once_by_eight_people(office: Office) -> None:
    rows = [office.add().id for _number in range(8)]

    def accept(session: Session, request_id: int) -> None:
        row = session.get_one(Request, request_id)
        work = work_in(session, office.ward, NOW, program=PROGRAM)
        decide(work, kind_of(row.kind), request_id, row.version, Decided("accept"))

    (told,) = race(office, rows, accept)
    assert told.count("") == 1, told
    assert office.added() == 1
    assert office.sums().adds_up(HOUSEHOLDS * 2 + 1, (HOUSEHOLDS * 2 + 1) * AMOUNT)
    with office.database.read() as session:
        assert session.scalar(select(func.count(Household.id))) == HOUSEHOLDS + 1
