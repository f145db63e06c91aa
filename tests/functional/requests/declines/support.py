"""Households with coupons, reviewers of ward and contractor, and a decline at every step."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Channel, Organization, Role
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.program.schema import Program
from portal.domain.people.coupons import services as coupons
from portal.domain.people.coupons.assignment import assign
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.queries import coupon_of_child
from portal.domain.people.coupons.reserve import Reserve
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.queries import totals
from portal.domain.people.staff.models import StaffUser
from portal.domain.requests.declines import services
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.review import DECLINE_KIND
from portal.domain.requests.requests.deciding import decide
from portal.domain.requests.requests.decisions import Decided
from portal.domain.requests.requests.models import Request
from portal.platform.database import Database
from tests.support.coupons import AMOUNT, add_households, load_codes
from tests.support.work import work_in

NOW = datetime(2023, 8, 1, 3, 0, tzinfo=UTC)
LAST_MOMENT = datetime(2023, 9, 29, 14, 59, 59, 999_000, tzinfo=UTC)
TOO_LATE = datetime(2023, 9, 29, 15, 0, tzinfo=UTC)
PARENT = Actor(Role.RESIDENT, 1)
PROGRAM = load_program("sample", date(2023, 8, 1))


def with_rules(**changes: Any) -> Program:
    """The program with other rules for requests."""
    return replace(PROGRAM, requests=replace(PROGRAM.requests, **changes))


@dataclass
class Desk:
    """A database with households 1… of two children, a coupon for each, and reviewers."""

    database: Database
    officer: Actor
    colleague: Actor
    ward: Actor
    households: int

    def submit(
        self, household: int = 1, ordinals: Sequence[int] = (1, 2), now: datetime = NOW
    ) -> Request:
        """Declare in the portal."""
        with self.database.write() as session:
            return services.submit(
                work_in(session, PARENT, now, program=PROGRAM), household, ordinals
            )

    def decide(
        self,
        row: Request,
        action: str,
        actor: Actor | None = None,
        program: Program = PROGRAM,
        **more: Any,
    ) -> Request:
        """Decide on the request as it stands now."""
        with self.database.write() as session:
            version = session.get_one(Request, row.id).version
            return decide(
                work_in(session, actor or self.officer, NOW, program=program),
                DECLINE_KIND,
                row.id,
                version,
                Decided(action, more.pop("reason", ""), more.pop("text", ""), more),
            )

    def withdraw(self, row: Request, now: datetime = NOW) -> Request:
        """Take the request back."""
        with self.database.write() as session:
            return services.withdraw(
                work_in(session, PARENT, now, program=PROGRAM), row.id, row.household_id or 0
            )

    def reveal(self, household: int = 1, ordinal: int = 1) -> None:
        """Show a code to its household."""
        with self.database.write() as session:
            coupons.reveal(work_in(session, PARENT, NOW), coupon(session, household, ordinal))

    def issuer(self, **values: Any) -> None:
        """Change what the issuer can do."""
        with self.database.write() as session:
            session.execute(update(CouponBatch).values(**values))

    def states(self, household: int = 1) -> list[tuple[str, str, bool]]:
        """Per child: the entitlement's state, its coupon's, and whether a request claims it."""
        with self.database.read() as session:
            self.check_sums(session)
            rows = session.scalars(
                select(Entitlement)
                .where(Entitlement.household_id == household)
                .order_by(Entitlement.id)
            ).all()
            return [
                (row.state, coupon(session, household, place).state, row.claimed_by is not None)
                for place, row in enumerate(rows, 1)
            ]

    def items(self, row: Request) -> list[str]:
        """States of a request's items."""
        with self.database.read() as session:
            statement = select(DeclineItem.state).where(DeclineItem.request_id == row.id)
            return list(session.scalars(statement.order_by(DeclineItem.id)))

    def fresh(self, row: Request) -> Request:
        """The request as it stands now."""
        with self.database.read() as session:
            found = session.get_one(Request, row.id)
            session.expunge(found)
            return found

    def check_sums(self, session: Session) -> None:
        """Fail unless every child counts in one state, and no declined one has a living coupon."""
        children = self.households * 2
        assert totals(session).adds_up(children, children * AMOUNT)
        both = (
            select(Coupon.id)
            .join(Entitlement)
            .where(
                Entitlement.state == "declined",
                Coupon.state.in_(("assigned", "revealed", "part_used", "exchanged")),
            )
        )
        assert session.scalars(both).all() == []


def coupon(session: Session, household: int, ordinal: int) -> Coupon:
    """The coupon of a child."""
    found = coupon_of_child(session, household, ordinal).coupon
    assert isinstance(found, Coupon)
    return found


def make_desk(database: Database, folder: Path, households: int = 3, reserve: int = 2) -> Desk:
    """Households with coupons, some codes in reserve, two officers and a ward officer."""
    with database.write() as session:
        add_households(session, households, children=2)
        people = add_reviewers(session)
    load_codes(database, folder, households * 2 + reserve)
    with database.write() as session:
        assign(work_in(session, now=NOW), reserve=Reserve(), protection_loaded=True)
    return Desk(database, *people, households)


def add_reviewers(session: Session) -> tuple[Actor, Actor, Actor]:
    """Two officers of the contractor and one of the ward."""
    contractor = Organization.CONTRACTOR
    return (
        add_reviewer(session, "officer", contractor, Role.OFFICER),
        add_reviewer(session, "colleague", contractor, Role.OFFICER),
        add_reviewer(session, "ward", Organization.WARD, Role.WARD_OFFICER),
    )


def add_reviewer(session: Session, login: str, organization: Organization, role: Role) -> Actor:
    """A colleague of the staff, as an actor."""
    user = StaffUser(
        login=login,
        display_name=login,
        organization=organization.value,
        role=role.value,
        password_hash="",
        totp_sealed=b"",
        created_at=NOW,
    )
    session.add(user)
    session.flush()
    return Actor(role, user.id, organization, Channel.PORTAL)
