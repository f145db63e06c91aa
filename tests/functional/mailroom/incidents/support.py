"""Households whose coupon a shop refused, and the people who look into it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update

from portal.domain.foundation.actors import Actor, Role
from portal.domain.mailroom.incidents import fault_replacement, faults, register
from portal.domain.mailroom.incidents.faults import FaultKey, FaultOrigin, FaultReport, LookUp
from portal.domain.mailroom.incidents.kinds import Source
from portal.domain.mailroom.incidents.models import CouponFault, Incident
from portal.domain.mailroom.incidents.register import Opening
from portal.domain.mailroom.incidents.site_notices import NoticeBoard, Shown
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.queries import coupon_of_child, open_code
from portal.domain.people.entitlements.models import Entitlement
from tests.functional.requests.admin.reviewing import inbox
from tests.support.people import Person, give_coupons
from tests.support.requests.desk import PARENT, Inbox
from tests.support.staff import ROLES, StaffSite
from tests.support.work import work_in

TOLD = FaultReport("not_read", "汐見マート", "レジで読めないと言われた。", date(2023, 7, 31))
UNUSED = LookUp("unused", date(2023, 7, 31))


@dataclass
class Office:
    """The staff site with somebody of each kind; every step is one transaction."""

    staff: StaffSite
    box: Inbox
    people: dict[Role, Actor]
    batches: int = 0
    second: Actor | None = None

    @property
    def now(self) -> datetime:
        """The instant at which the clock stands."""
        return self.staff.now

    def actor(self, role: Role = Role.OFFICER) -> Actor:
        """Somebody of a role, hired on the first asking."""
        if role not in self.people:
            self.people[role] = Actor(role, self.staff.hire(role).id, ROLES[role])
        return self.people[role]

    def family(self, *, sandbox: bool = False, **options: Any) -> Person:
        """A household of two children.

        The first one's code was shown, and its issuer answers later unless ``sandbox``.
        """
        person = self.staff.add_household(**options)
        self.batches += 1
        give_coupons(self.staff.database, self.staff.folder, self.now, seed=self.batches)
        self.box.reveal(person)
        if sandbox:
            with self.staff.database.write() as session:
                session.execute(update(CouponBatch).values(sandbox=True))
        return person

    def entitlement(self, person: Person, ordinal: int = 1) -> int:
        """The key of a child's part."""
        with self.staff.database.read() as session:
            return coupon_of_child(session, person.household_id, ordinal).entitlement_id

    def coupons(self, person: Person, ordinal: int = 1) -> list[str]:
        """States of all codes that a child ever had, oldest first."""
        wanted = self.entitlement(person, ordinal)
        with self.staff.database.read() as session:
            return list(
                session.scalars(
                    select(Coupon.state).where(Coupon.entitlement_id == wanted).order_by(Coupon.id)
                )
            )

    def numbers(self, person: Person, ordinal: int = 1) -> list[str]:
        """The issuer's numbers of all codes that a child ever had."""
        wanted = self.entitlement(person, ordinal)
        with self.staff.database.read() as session:
            rows = session.scalars(select(Coupon).where(Coupon.entitlement_id == wanted))
            return [open_code(work_in(session), row).management_no for row in rows]

    def report(
        self,
        person: Person,
        reported: FaultReport = TOLD,
        ordinal: int = 1,
        source: Source = Source.RESIDENT,
    ) -> CouponFault:
        """The household says that a shop refused its coupon."""
        wanted = self.entitlement(person, ordinal)
        with self.staff.database.write() as session:
            row = faults.report_fault(
                work_in(session, PARENT, self.now),
                FaultOrigin(person.household_id, wanted, source),
                reported,
            )
            session.flush()
            session.expunge(row)
            return row

    def look_up(self, row: CouponFault, answer: LookUp = UNUSED, role: Role = Role.OFFICER) -> None:
        """The issuer's word."""
        with self.staff.database.write() as session:
            faults.look_up(
                work_in(session, self.actor(role), self.now),
                FaultKey(row.id, include_protected=role is Role.WARD_OFFICER),
                answer,
            )

    def colleague(self) -> Actor:
        """The second officer, who confirms what the first one proposes."""
        if self.second is None:
            officer = self.staff.hire(Role.OFFICER)
            self.second = Actor(Role.OFFICER, officer.id, ROLES[Role.OFFICER])
        return self.second

    def propose(self, row: CouponFault, by: Actor | None = None) -> None:
        """Somebody proposes to replace the code."""
        with self.staff.database.write() as session:
            work = work_in(session, by or self.actor(), self.now)
            fault_replacement.propose_replacement(work, _key(row, work.actor))

    def confirm(self, row: CouponFault, by: Actor | None = None) -> None:
        """The second person stops and replaces."""
        with self.staff.database.write() as session:
            work = work_in(session, by or self.colleague(), self.now)
            fault_replacement.stop_and_replace(work, _key(row, work.actor))

    def replace(self, row: CouponFault) -> None:
        """Two people replace a code; one gives a new code where the old one is void already."""
        if self.fresh(row).state != "no_code":
            self.propose(row)
        self.confirm(row)

    def fresh(self, row: CouponFault) -> CouponFault:
        """The case as it stands now."""
        with self.staff.database.read() as session:
            found = session.get_one(CouponFault, row.id)
            session.expunge(found)
            return found

    def incident(self, known_at: datetime | None = None, **changes: Any) -> int:
        """An incident; returns its key."""
        opening = Opening(
            "lost_letters", known_at or self.now, summary="配達中の袋が見つからない。", **changes
        )
        with self.staff.database.write() as session:
            return register.open_incident(work_in(session, self.actor(), self.now), opening).id

    def state(self, incident_id: int) -> str:
        """Where an incident stands."""
        with self.staff.database.read() as session:
            return session.get_one(Incident, incident_id).state

    def amounts(self) -> dict[str, int]:
        """Yen of all entitlements by state."""
        found: dict[str, int] = {}
        with self.staff.database.read() as session:
            for state, yen in session.execute(select(Entitlement.state, Entitlement.amount_yen)):
                found[state] = found.get(state, 0) + yen
        return found


def _key(row: CouponFault, actor: Actor) -> FaultKey:
    return FaultKey(row.id, include_protected=actor.role is Role.WARD_OFFICER)


def make_office(staff: StaffSite) -> Office:
    """An office on a site."""
    return Office(staff, inbox(staff), {})


def shown_now(office: Office, at: datetime) -> list[Shown]:
    """What a page that reads the notices shows at an instant (UTC)."""
    board = NoticeBoard(0)
    with office.staff.database.read() as session:
        board.read(session, at)
    return board.shown(at)
