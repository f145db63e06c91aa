"""Households with coupons, people of ward and contractor, and a canary as the new recipient."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from portal.domain.foundation.actors import Actor, Channel, Organization, Role
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.program.loader import load_program
from portal.domain.people.coupons.assignment import assign
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.queries import HouseholdCoupon, coupon_of_child
from portal.domain.people.coupons.reserve import Reserve
from portal.domain.people.coupons.services import reveal
from portal.domain.people.entitlements.queries import Totals, totals
from portal.domain.people.households.models import Child
from portal.domain.people.households.records import ChildFields
from portal.domain.people.staff.models import StaffUser
from portal.domain.requests.all_kinds import kind_of
from portal.domain.requests.recipients import additions, changes
from portal.domain.requests.recipients.newcomer import HandOver, Newcomer
from portal.domain.requests.recipients.written import AdditionNote, ChangeNote, Evidence
from portal.domain.requests.requests.deciding import decide
from portal.domain.requests.requests.decisions import Decided
from portal.domain.requests.requests.models import Request, Scan
from portal.platform.database import Database
from tests.support.coupons import VAULT, load_codes
from tests.support.people import add_household
from tests.support.work import work_in

NOW = datetime(2023, 8, 1, 3, 0, tzinfo=UTC)
TOO_LATE = datetime(2023, 9, 29, 15, 0, tzinfo=UTC)
PARENT = Actor(Role.RESIDENT, 1)
PROGRAM = load_program("sample", date(2023, 8, 1))
ORDER = Instruction("指示第12号", date(2023, 7, 28))
NEW_NAME, NEW_TOWN, NEW_STREET, NEW_BUILDING = (
    "鷺沼　千鶴",
    "若葉台九丁目",
    "８８番６６号",
    "ひなげし荘２０２号室",
)
NEWCOMER = Newcomer(
    None,
    HandOver.ADDRESS,
    name=NEW_NAME,
    kana="サギヌマ チヅル",
    birth=date(1985, 4, 6),
    postal_code="1390009",
    town=NEW_TOWN,
    street=NEW_STREET,
    building=NEW_BUILDING,
)
AT_COUNTER = Newcomer(
    None, HandOver.PROTECTED, name=NEW_NAME, kana="サギヌマ チヅル", birth=date(1985, 4, 6)
)
BABY = ChildFields("p777", "鷺沼　小夜", "サギヌマ サヨ", date(2023, 1, 9))


@dataclass
class Office:
    """A database with households of two children, a coupon for each, and the people who decide."""

    database: Database
    folder: Path
    officer: Actor
    colleague: Actor
    ward: Actor
    households: list[int]

    def change(
        self,
        household: int = 0,
        ordinals: Sequence[int] = (2,),
        newcomer: Newcomer = NEWCOMER,
        actor: Actor | None = None,
        now: datetime = NOW,
        **more: Any,
    ) -> Request:
        """Enters a change of recipient for the second child."""
        note = ChangeNote(
            newcomer,
            Evidence.known(more.pop("evidence", "protection_order")),
            more.pop("words", ""),
            more.pop("scan_id", None),
        )
        with self.database.write() as session:
            return changes.submit(
                work_in(session, actor or self.officer, now, program=PROGRAM),
                changes.ChangeEntry(household or self.households[0], ordinals, note, **more),
            )

    def add(
        self,
        newcomer: Newcomer = NEWCOMER,
        children: Sequence[ChildFields] = (BABY,),
        instruction: Instruction | None = ORDER,
        actor: Actor | None = None,
        scan_id: int | None = None,
    ) -> Request:
        """Enter an addition."""
        with self.database.write() as session:
            return additions.submit(
                work_in(session, actor or self.officer, NOW, program=PROGRAM),
                AdditionNote(newcomer, tuple(children), scan_id),
                instruction,
            )

    def decide(
        self, row: Request, action: str = "accept", actor: Actor | None = None, **more: Any
    ) -> Request:
        """Decide on the request as it stands now."""
        with self.database.write() as session:
            version = session.get_one(Request, row.id).version
            return decide(
                work_in(session, actor or self.ward, NOW, program=PROGRAM),
                kind_of(row.kind),
                row.id,
                version,
                Decided(action, more.pop("reason", ""), more.pop("text", ""), more),
            )

    def real_issuer(self) -> None:
        """From now on the issuer's answer to a stop takes its time."""
        with self.database.write() as session:
            session.execute(update(CouponBatch).values(sandbox=False, stop="file"))

    def reveal(self, household: int, ordinal: int) -> None:
        """The household looks at a code."""
        with self.database.write() as session:
            coupon = coupon_of_child(session, household, ordinal).coupon
            assert coupon is not None
            reveal(work_in(session, PARENT, NOW), coupon)

    def entry(self, household: int, ordinal: int) -> HouseholdCoupon:
        """A child's entitlement and coupon."""
        with self.database.read() as session:
            found = coupon_of_child(session, household, ordinal)
            session.expunge_all()
            return found

    def sums(self) -> Totals:
        """Children and yen per state."""
        with self.database.read() as session:
            return totals(session)

    def added(self) -> int:
        """How many children were added by instruction."""
        with self.database.read() as session:
            return session.scalar(select(func.count()).where(Child.added)) or 0

    def live_coupons(self) -> int:
        """Codes that somebody could use."""
        with self.database.read() as session:
            return (
                session.scalar(
                    select(func.count()).where(Coupon.state.in_(("assigned", "revealed")))
                )
                or 0
            )

    def scan(self) -> int:
        """A stored scan of an instruction."""
        with self.database.write() as session:
            row = Scan(
                media_type="image/png",
                size=1,
                digest=b"d" * 32,
                wrapped_key=b"",
                sealed=b"",
                stored_at=NOW,
            )
            session.add(row)
            session.flush()
            return row.id


def staff_member(database: Database, login: str, organization: Organization, role: Role) -> Actor:
    with database.write() as session:
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
        return Actor(role, user.id, organization, Channel.COUNTER)


def open_office(database: Database, folder: Path, *, households: int = 2, codes: int = 8) -> Office:
    """Make the office.

    With ``codes`` 0 nothing was loaded or assigned yet (before the first dispatch).
    """
    with database.write() as session:
        people = [add_household(session, VAULT, f"98{n:08}", NOW) for n in range(1, households + 1)]
    if codes:
        load_codes(database, folder, codes)
        with database.write() as session:
            assign(work_in(session, now=NOW), reserve=Reserve(), protection_loaded=True)
    ward, contractor = Organization.WARD, Organization.CONTRACTOR
    return Office(
        database,
        folder,
        staff_member(database, "officer", contractor, Role.OFFICER),
        staff_member(database, "colleague", contractor, Role.OFFICER),
        staff_member(database, "ward", ward, Role.WARD_OFFICER),
        people,
    )


def unknown_child(number: str) -> ChildFields:
    """A child like no other."""
    return replace(BABY, person_no=number, name=f"鷺沼　{number}")
