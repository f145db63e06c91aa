"""A program at its end.

Some children of every kind, a statement up to the last day, and the two who close.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Select, select

from portal.demo.issuer import make_statement
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.program.schema import Program
from portal.domain.people.coupons.assignment import assign
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.queries import open_code
from portal.domain.people.coupons.reserve import Reserve
from portal.domain.people.coupons.services import reveal
from portal.domain.people.coupons.statement import (
    ImportedStatement,
)
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.services import change
from portal.domain.people.staff.models import StaffUser
from portal.platform.database import Database
from tests.support.coupons import AMOUNT, NOW, add_households, load_codes, take_statement
from tests.support.work import work_in

LAST_USE_DAY = date(2024, 3, 31)
AFTER_ALL = datetime(2024, 4, 1, 1, 0, tzinfo=UTC)


def end_program() -> Program:
    """The sample program, read when it is over."""
    return load_program("sample", date(2024, 4, 1))


@dataclass
class Ending:
    """Households of one child each; ``places`` count them from 0."""

    database: Database
    folder: Path
    program: Program
    officer: Actor
    ward: Actor
    files: int = 0

    def show(self, places: Sequence[int]) -> None:
        with self.database.write() as session:
            for place in places:
                reveal(work_in(session, self.officer), session.scalars(_live()).all()[place])

    def end(self, place: int, action: str) -> None:
        with self.database.write() as session:
            key = session.scalars(select(Entitlement.id).order_by(Entitlement.id)).all()[place]
            change(work_in(session, self.officer), key, action)

    def take(
        self, rows: Sequence[tuple[int, str, int]], day: date = LAST_USE_DAY
    ) -> ImportedStatement:
        self.files += 1
        path = self.folder / f"statement-{self.files}.csv"
        with self.database.read() as session:
            coupons = session.scalars(_live()).all()
            written = [
                (open_code(work_in(session), coupons[p]).management_no, word, yen, AMOUNT)
                for p, word, yen in rows
            ]
        make_statement(path, written)
        with self.database.write() as session:
            work = work_in(session, self.officer, AFTER_ALL)
            return take_statement(work, path, written, day)


def _live() -> Select[Coupon]:
    return select(Coupon).where(Coupon.entitlement_id.is_not(None)).order_by(Coupon.entitlement_id)


def make_ending(database: Database, folder: Path, households: int, *, spare: int = 2) -> Ending:
    """Households with assigned coupons, ``spare`` codes, an officer of each of the two sides."""
    with database.write() as session:
        add_households(session, households)
        people = [
            StaffUser(
                login=login,
                display_name=login,
                organization=organization.value,
                role=role.value,
                password_hash="",
                totp_sealed=b"",
                created_at=NOW,
            )
            for login, role, organization in (
                ("officer", Role.OFFICER, Organization.CONTRACTOR),
                ("ward", Role.WARD_OFFICER, Organization.WARD),
            )
        ]
        session.add_all(people)
        session.flush()
        officer, ward = (Actor(Role(p.role), p.id, Organization(p.organization)) for p in people)
    load_codes(database, folder, households + spare)
    with database.write() as session:
        assign(work_in(session, officer), reserve=Reserve.parse("0"), protection_loaded=True)
    return Ending(database, folder, end_program(), officer, ward)


def one_of_each(ending: Ending) -> None:
    """Nine households, one for each end: exchanged, used in part, lapsed, never shown …"""
    ending.show([0, 1, 2])
    for place, action in (
        (4, "decline"),
        (5, "deem_declined"),
        (6, "deliver_alternative"),
        (7, "exclude"),
        (8, "hold"),
    ):
        ending.end(place, action)
    ending.take(
        [(0, "交換済", AMOUNT), (1, "一部利用", 12_345), (2, "期限切れ", 0), (3, "期限切れ", 0)]
    )


def later(ending: Ending, **delta: float) -> datetime:
    return AFTER_ALL + timedelta(**delta)


def with_settings(ending: Ending, advance_yen: int, paid_for: tuple[str, ...]) -> Ending:
    """The same ending under other settings of the ward."""
    settings = replace(ending.program.settlement, advance_yen=advance_yen, paid_for=paid_for)
    ending.program = replace(ending.program, settlement=settings)
    return ending
