"""Requests of every kind for the review desk, as residents and staff hand them in."""

import re
import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from html import unescape

from sqlalchemy import select, update

from portal.domain.foundation.actors import Actor, Channel, Organization, Role
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.program.schema import Program
from portal.domain.people.coupons import services as coupons
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.queries import coupon_of_child
from portal.domain.people.households.records import ChildFields
from portal.domain.requests.alternatives import services as alternatives
from portal.domain.requests.alternatives.written import PaperWish, WhyPaper
from portal.domain.requests.declines import services as declines
from portal.domain.requests.declines.paper import enter_form
from portal.domain.requests.declines.written import DeclineNote, WhyDecline
from portal.domain.requests.recipients import additions
from portal.domain.requests.recipients.newcomer import HandOver, Newcomer
from portal.domain.requests.recipients.written import AdditionNote
from portal.domain.requests.redeliveries.submitting import submit_without_sign_in
from portal.domain.requests.redeliveries.written import Wish
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.paper_forms import NoScan, PaperEntry
from portal.platform.database import Database
from tests.support.people import CANARY_BIRTH, CANARY_NAME, Person
from tests.support.requests.papers import read_papers
from tests.support.work import work_in

PARENT = Actor(Role.RESIDENT, 1)
NEWCOMER = Newcomer(
    None,
    HandOver.ADDRESS,
    name="鷺沼　千鶴",
    kana="サギヌマ チヅル",
    birth=date(1985, 4, 6),
    postal_code="1390009",
    town="若葉台九丁目",
    street="８８番６６号",
    building="",
)
BABY = ChildFields("p777", "鷺沼　小夜", "サギヌマ サヨ", date(2023, 1, 9))


@dataclass
class Inbox:
    """Hands requests in on a database; each is a minute younger than the one before."""

    database: Database
    program: Program
    now: datetime
    count: int = 0

    def _at(self, at: datetime | None) -> datetime:
        self.count += 1
        return at or self.now - timedelta(hours=1) + timedelta(minutes=self.count)

    def decline(
        self, person: Person, ordinals: tuple[int, ...] = (1, 2), at: datetime | None = None
    ) -> Request:
        """A household declines in the portal."""
        with self.database.write() as session:
            return declines.submit(
                work_in(session, PARENT, self._at(at), program=self.program),
                person.household_id,
                ordinals,
                written=DeclineNote(WhyDecline.NOT_NEEDED),
            )

    def paper(
        self,
        person: Person,
        actor: Actor,
        *,
        ordinals: tuple[int, ...] = (1, 2),
        scan_id: int | None = None,
        clear: bool = True,
        signed_by: str = "householder",
        at: datetime | None = None,
        witnessed: bool = True,
    ) -> Request:
        """Staff enter a paper form that came by FAX.

        Without a scan a second person has read it, unless ``witnessed`` is False.
        """
        at = self._at(at)
        form = PaperEntry(
            Channel.FAX,
            at,
            DeclineNote(),
            signed_by=signed_by,
            is_clear=clear,
            scan_id=scan_id,
            no_scan=NoScan.SCANNER_DOWN,
        )
        with self.database.write() as session:
            work = work_in(session, actor, at, program=self.program)
            row = enter_form(work, person.household_id, ordinals, form)
            if witnessed:
                read_papers(work, row)
            return row

    def alternative(self, person: Person, ordinals: tuple[int, ...] = (1,)) -> Request:
        """A household asks for paper."""
        product = self.program.alternatives[0].id
        with self.database.write() as session:
            return alternatives.submit(
                work_in(session, PARENT, self._at(None), program=self.program),
                alternatives.PaperRequest(
                    person.household_id,
                    dict.fromkeys(ordinals, product),
                    PaperWish(WhyPaper.NO_SMARTPHONE),
                ),
            )

    def redelivery(self) -> Request:
        """Somebody whose ID is unknown to them asks for the letter again."""
        wish = Wish(CANARY_NAME, CANARY_BIRTH, "1390001")
        at = self._at(None)
        with self.database.write() as session:
            number = submit_without_sign_in(
                work_in(session, now=at, program=self.program),
                wish,
                secrets.token_hex(),
                f"198.51.100.{secrets.randbelow(250)}",
            )
            return session.scalars(select(Request).where(Request.receipt_no == number)).one()

    def addition(self, actor: Actor) -> Request:
        """Staff enter a recipient whom the ward names."""
        order = Instruction("指示第12号", date(2023, 7, 28))
        with self.database.write() as session:
            return additions.submit(
                work_in(session, actor, self._at(None), program=self.program),
                AdditionNote(NEWCOMER, (replace(BABY, person_no=f"p{self.count}"),)),
                order,
            )

    def reveal(self, person: Person, ordinal: int = 1) -> int:
        """The household looks at a code whose issuer answers later; returns the coupon's key."""
        with self.database.write() as session:
            session.execute(update(CouponBatch).values(sandbox=False))
            found = coupon_of_child(session, person.household_id, ordinal).coupon
            assert found is not None
            coupons.reveal(work_in(session, now=self.now), found)
            return found.id

    def coupon_state(self, coupon_id: int) -> str:
        """Where a code stands."""
        with self.database.read() as session:
            return session.get_one(Coupon, coupon_id).state

    def fresh(self, row: Request) -> Request:
        """The request as it stands now."""
        with self.database.read() as session:
            found = session.get_one(Request, row.id)
            session.expunge(found)
            return found


def officer(staff_id: int) -> Actor:
    """An officer of the contractor as an actor."""
    return Actor(Role.OFFICER, staff_id, Organization.CONTRACTOR)


def field(page: str, name: str) -> str:
    """Value of the last field of that name."""
    return unescape(re.findall(rf'name="{name}" value="([^"]*)"', page)[-1])


def actions(page: str) -> list[str]:
    """The decisions that a page offers."""
    return re.findall(r'<input type="radio" name="action" value="(\w+)"', page)
