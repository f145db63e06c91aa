"""Paper alternatives: households with coupons, stock, two officers and one of the ward."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Channel, Organization, Role
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.program.schema import Program
from portal.domain.letters.shipments.mail import SIMPLE_REGISTERED
from portal.domain.letters.shipments.services import MailReturn, Posting
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.queries import totals
from portal.domain.people.staff.models import StaffUser
from portal.domain.requests.alternatives import delivery, packing, queries, services, stock
from portal.domain.requests.alternatives.models import (
    AlternativeItem,
    AlternativeParcel,
    StockPiece,
)
from portal.domain.requests.alternatives.review import ALTERNATIVE_KIND
from portal.domain.requests.alternatives.written import PaperWish, WhyPaper
from portal.domain.requests.requests.deciding import decide
from portal.domain.requests.requests.decisions import Decided
from portal.domain.requests.requests.models import Request
from portal.platform.database import Database
from tests.support.coupons import AMOUNT, NOW, VAULT
from tests.support.people import Person, add_household, give_coupons
from tests.support.work import work_in

GIFT = "gift_card"
PIECES = 3
"""Cards of 10,000 yen that make up a child's 30,000."""


def tracking_no(number: int) -> str:
    """A tracking number of registered mail with its check digit."""
    body = 3_112_600_000 + number
    return f"{body}{body % 7}"


@dataclass
class Paper:
    """A deployment in which households ask for paper; every step is its own transaction."""

    database: Database
    folder: Path
    program: Program
    officer: Actor
    second: Actor
    ward: Actor
    now: datetime = NOW
    made: int = 0
    children: int = 0
    posted: int = field(default=0)

    @property
    def today(self) -> date:
        """The Japanese day of the clock."""
        return jst_date(self.now)

    def household(self, children: int = 2, *, protected: bool = False) -> Person:
        """A household, without coupons yet."""
        self.made += 1
        self.children += children
        with self.database.write() as session:
            number = f"97{self.made:08}"
            key = add_household(
                session, VAULT, number, self.now, children=children, protected=protected
            )
        return Person(key, key, "", "")

    def coupons(self, count: int = 10) -> None:
        """Every child that may have one gets a coupon."""
        give_coupons(self.database, self.folder, self.now, count)

    def reveal(self, person: Person, *, asks_issuer: bool = True) -> None:
        """Show the household its codes; with ``asks_issuer`` the issuer must confirm a stop."""
        with self.database.write() as session:
            session.execute(
                update(Coupon)
                .where(Coupon.entitlement_id.in_(self.rights(session, person)))
                .values(state="revealed", revealed_at=self.now)
            )
            session.execute(update(CouponBatch).values(sandbox=not asks_issuer))

    def rights(self, session: Session, person: Person) -> list[int]:
        """The keys of a household's entitlements."""
        query = select(Entitlement.id).where(Entitlement.household_id == person.household_id)
        return list(session.scalars(query.order_by(Entitlement.id)))

    def resident(self, person: Person) -> Actor:
        """The household as an actor."""
        return Actor(Role.RESIDENT, person.credential_id, channel=Channel.PORTAL)

    def receive(self, first: str = "GC000001", last: str = "GC000100", product: str = GIFT) -> None:
        """Stock comes in."""
        with self.database.write() as session:
            stock.receive(
                work_in(session, self.officer, self.now, program=self.program),
                stock.Consignment(product, first, last, "N-1"),
            )

    def ask(self, person: Person, *ordinals: int, product: str = GIFT) -> int:
        """Ask for paper in the portal; return the request's key."""
        with self.database.write() as session:
            row = services.submit(
                work_in(session, self.resident(person), self.now, program=self.program),
                services.PaperRequest(
                    person.household_id,
                    dict.fromkeys(ordinals or (1,), product),
                    PaperWish(WhyPaper.NO_SMARTPHONE),
                ),
            )
            return row.id

    def decide(
        self, request_id: int, action: str = "accept", actor: Actor | None = None, reason: str = ""
    ) -> Request:
        """A reviewer decides."""
        with self.database.write() as session:
            version = session.get_one(Request, request_id).version
            row = decide(
                work_in(session, actor or self.officer, self.now, program=self.program),
                ALTERNATIVE_KIND,
                request_id,
                version,
                Decided(action, reason=reason),
            )
            session.flush()
            session.expunge(row)
        return row

    def withdraw(self, person: Person, request_id: int) -> None:
        """The household takes its request back."""
        with self.database.write() as session:
            services.withdraw(
                work_in(session, self.resident(person), self.now, program=self.program),
                request_id,
                person.household_id,
            )

    def free_serials(self, session: Session, count: int, product: str = GIFT) -> list[str]:
        """The first serial numbers that lie in stock."""
        query = select(StockPiece.serial).where(
            StockPiece.product == product, StockPiece.state == "in_stock"
        )
        return list(session.scalars(query.order_by(StockPiece.serial).limit(count)))

    def count(
        self,
        request_id: int,
        *ordinals: int,
        mail_class: str = SIMPLE_REGISTERED,
        serials: Sequence[str] = (),
    ) -> int:
        """The first person fills a parcel; returns its key."""
        with self.database.write() as session:
            chosen = ordinals or (1,)
            scanned = serials or self.free_serials(session, PIECES * len(chosen))
            return packing.count(
                work_in(session, self.officer, self.now, program=self.program),
                request_id,
                packing.FirstCount(chosen, [packing.Scanned(GIFT, s) for s in scanned], mail_class),
            ).id

    def confirm(
        self, parcel_id: int, actor: Actor | None = None, pieces: int | None = None
    ) -> None:
        """The second person counts again."""
        with self.database.write() as session:
            parcel = session.get_one(AlternativeParcel, parcel_id)
            packing.confirm(
                work_in(session, actor or self.second, self.now, program=self.program),
                parcel_id,
                packing.SecondCount(
                    pieces if pieces is not None else parcel.pieces, parcel.amount_yen
                ),
            )

    def pack(self, request_id: int, *ordinals: int, mail_class: str = SIMPLE_REGISTERED) -> int:
        """Both people pack a parcel."""
        parcel_id = self.count(request_id, *ordinals, mail_class=mail_class)
        self.confirm(parcel_id)
        return parcel_id

    def post(
        self,
        parcel_id: int,
        mail_class: str = SIMPLE_REGISTERED,
        *,
        again: bool = False,
        actor: Actor | None = None,
    ) -> None:
        """The parcel goes to the post office, the first time or ``again``."""
        self.posted += 1
        send = delivery.repost if again else delivery.post
        with self.database.write() as session:
            send(
                work_in(session, actor or self.officer, self.now, program=self.program),
                parcel_id,
                Posting(self.today, mail_class, tracking_no(self.posted)),
            )

    def deliver(self, parcel_id: int) -> None:
        """It arrives."""
        with self.database.write() as session:
            delivery.deliver(work_in(session, self.officer, self.now), parcel_id, self.today)

    def come_back(self, parcel_id: int, reason: str = "storage_ended") -> None:
        """It comes back."""
        with self.database.write() as session:
            delivery.come_back(
                work_in(session, self.officer, self.now),
                parcel_id,
                MailReturn(reason, self.today),
            )

    def restock(self, parcel_id: int) -> None:
        """Its pieces go back into stock."""
        with self.database.write() as session:
            delivery.restock(
                work_in(session, self.officer, self.now, program=self.program), parcel_id
            )

    def packed(self, person: Person, *ordinals: int) -> tuple[int, int]:
        """A household's request, accepted and packed; returns request and parcel."""
        request_id = self.ask(person, *ordinals)
        self.decide(request_id)
        return request_id, self.pack(request_id, *ordinals)

    def request(self, request_id: int) -> Request:
        """A request as it stands."""
        with self.database.read() as session:
            row = session.get_one(Request, request_id)
            session.expunge(row)
        return row

    def states(self, request_id: int) -> list[str]:
        """The states of a request's items."""
        query = select(AlternativeItem.state).where(AlternativeItem.request_id == request_id)
        with self.database.read() as session:
            return list(session.scalars(query.order_by(AlternativeItem.ordinal)))

    def coupon_states(self, person: Person) -> list[str]:
        """The states of a household's coupons."""
        with self.database.read() as session:
            query = select(Coupon.state).where(
                Coupon.entitlement_id.in_(self.rights(session, person))
            )
            return sorted(session.scalars(query))

    def line(self, product: str = GIFT) -> queries.StockLine:
        """A product's stock."""
        with self.database.read() as session:
            return next(
                x
                for x in queries.stock_lines(work_in(session, program=self.program))
                if x.product == product
            )

    def check(self) -> None:
        """What must hold at every moment: the sums over all rights, and the ledger."""
        with self.database.read() as session:
            assert totals(session).adds_up(self.children, self.children * AMOUNT)
            for line in queries.stock_lines(work_in(session, program=self.program)):
                assert line.agrees, line
                assert line.free >= 0, line
            alive = select(AlternativeItem.id).join(
                Coupon, Coupon.entitlement_id == AlternativeItem.entitlement_id
            )
            paper = AlternativeItem.state.in_(
                ("approved", "packed", "posted", "delivered", "returned", "lost", "written_off")
            )
            live = Coupon.state.in_(
                ("assigned", "revealed", "suspended", "stop_requested", "part_used", "exchanged")
            )
            assert session.scalars(alive.where(paper, live)).all() == []


def make_paper(database: Database, folder: Path) -> Paper:
    """A deployment with its people."""

    def actor(role: Role, login: str, organization: Organization) -> Actor:
        user = StaffUser(
            login=login,
            display_name=login,
            organization=organization.value,
            role=role.value,
            password_hash="-",
            totp_sealed=b"",
            created_at=NOW,
        )
        with database.write() as session:
            session.add(user)
            session.flush()
            return Actor(role, user.id, organization)

    return Paper(
        database,
        folder,
        load_program("demo", jst_date(NOW)),
        actor(Role.OFFICER, "officer-a", Organization.CONTRACTOR),
        actor(Role.OFFICER, "officer-b", Organization.CONTRACTOR),
        actor(Role.WARD_OFFICER, "ward-a", Organization.WARD),
    )
