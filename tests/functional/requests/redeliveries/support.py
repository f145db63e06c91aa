"""Households whose letter or parcel was posted, reviewers, and a redelivery at every step."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Channel, Organization, Role
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.program.schema import Program
from portal.domain.letters.letters.models import Letter, LetterOrder, PrintRun
from portal.domain.letters.letters.numbers import new_letter_number
from portal.domain.letters.shipments import services as mail
from portal.domain.letters.shipments.models import Shipment
from portal.domain.people.credentials.models import Credential
from portal.domain.requests.redeliveries import services
from portal.domain.requests.redeliveries.letter_status import LetterStatus, letter_status
from portal.domain.requests.redeliveries.matching import match_request, waiting_for_match
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.redeliveries.review import REDELIVERY_KIND
from portal.domain.requests.redeliveries.submitting import (
    NotArrived,
    submit,
    submit_without_sign_in,
)
from portal.domain.requests.redeliveries.written import Wish
from portal.domain.requests.requests.deciding import decide
from portal.domain.requests.requests.decisions import Decided
from portal.domain.requests.requests.models import Request
from portal.platform.database import Database
from tests.support.people import CANARY_BIRTH, CANARY_NAME, Person, add_person
from tests.support.staff import hire
from tests.support.work import work_in

NOW = datetime(2023, 8, 1, 3, 0, tzinfo=UTC)
POSTED = date(2023, 7, 10)
PARENT = Actor(Role.RESIDENT, 1)
PROGRAM = load_program("sample", date(2023, 8, 1))
PAPER_RUN = {
    "kind": "credential",
    "state": "handed_over",
    "children": 0,
    "total_yen": 0,
    "folder": "f",
}


def with_rules(**changes: Any) -> Program:
    """The program with other rules for requests."""
    return replace(PROGRAM, requests=replace(PROGRAM.requests, **changes))


def wish(**changes: Any) -> Wish:
    """What the canary householder would write."""
    return replace(Wish(CANARY_NAME, CANARY_BIRTH, "1390001"), **changes)


@dataclass
class Post:
    """A database with people who review; households are added by the tests."""

    database: Database
    officer: Actor
    colleague: Actor
    ward: Actor
    people: int = field(default=0)

    def household(
        self, *, letter: bool = True, mail_class: str = "simple_registered", **options: Any
    ) -> Person:
        """A household whose letter went to the post on 10 July, recorded as a shipment."""
        self.people += 1
        person = add_person(self.database, NOW, number=f"97{self.people:08}", **options)
        if letter:
            self.send(person, mail_class)
        return person

    def send(self, person: Person, mail_class: str = "simple_registered") -> int:
        """Post a household's letter; return its shipment."""
        with self.database.write() as session:
            return posted(session, person, mail_class)

    def parcel(self, person: Person, attempt: int = 0) -> int:
        """Post a parcel to a household, as its first or a later posting; return its shipment."""
        with self.database.write() as session:
            shipment = mail.plan_parcel(work_in(session, now=NOW), person.household_id, 30_000)
            shipment.attempt = attempt
            number = tracking_no(shipment.id)
            mail.post(
                work_in(session, now=NOW, program=PROGRAM),
                shipment.id,
                mail.Posting(POSTED, "simple_registered", number),
            )
            return shipment.id

    def mail(self, person: Person, action: str, *args: object, shipment: int = 0) -> None:
        """Record what the post did with the household's last shipment, or with one."""
        with self.database.write() as session:
            found = select(Shipment.id).where(Shipment.household_id == person.household_id)
            key = shipment or session.scalars(found.order_by(Shipment.id.desc())).first()
            getattr(mail, action)(work_in(session, now=NOW), key, *args)

    def come_back(
        self, person: Person, reason: str = "storage_ended", *, shipment: int = 0
    ) -> None:
        """The mail is on our table again."""
        back = mail.MailReturn(reason, date(2023, 7, 25))
        self.mail(person, "come_back", back, shipment=shipment)

    def ask(
        self,
        person: Person,
        *,
        shipment: int | None = None,
        actor: Actor = PARENT,
        now: datetime = NOW,
        program: Program = PROGRAM,
    ) -> Request:
        """Ask for redelivery, signed in or by a person of the staff."""
        with self.database.write() as session:
            item = "letter" if shipment is None else "parcel"
            return submit(
                work_in(session, actor, now, program=program),
                NotArrived(person.household_id, item, shipment),
            )

    def ask_outside(
        self,
        written: Wish | None = None,
        *,
        form_key: str = "",
        address: str = "203.0.113.7",
        now: datetime = NOW,
    ) -> Request:
        """Ask without sign-in."""
        self.people += 1
        with self.database.write() as session:
            receipt_no = submit_without_sign_in(
                work_in(session, now=now, program=PROGRAM),
                written or wish(),
                form_key or f"form-{self.people}",
                address,
            )
            return session.scalars(select(Request).where(Request.receipt_no == receipt_no)).one()

    def match(self) -> None:
        """Do what the worker does every minute."""
        with self.database.write() as session:
            for request_id in waiting_for_match(session):
                match_request(work_in(session, now=NOW), request_id)

    def decide(
        self,
        row: Request,
        action: str = "approve",
        actor: Actor | None = None,
        *,
        program: Program = PROGRAM,
        now: datetime = NOW,
        **more: str,
    ) -> Request:
        """Decide on the request as it stands now."""
        with self.database.write() as session:
            version = session.get_one(Request, row.id).version
            return decide(
                work_in(session, actor or self.officer, now, program=program),
                REDELIVERY_KIND,
                row.id,
                version,
                Decided(action, more.pop("reason", ""), more.pop("text", ""), more),
            )

    def withdraw(self, row: Request, person: Person) -> Request:
        """Take a request back."""
        with self.database.write() as session:
            return services.withdraw(
                work_in(session, PARENT, NOW, program=PROGRAM), row.id, person.household_id
            )

    def answer(self, row: Request, person: Person, *, mine: bool) -> Request:
        """The owner of the account says whether a request is theirs."""
        with self.database.write() as session:
            act = services.confirm_own if mine else services.withdraw
            return act(work_in(session, PARENT, NOW, program=PROGRAM), row.id, person.household_id)

    def state(self, row: Request) -> tuple[str, str, str | None]:
        """State of the redelivery, of its request, and the result."""
        with self.database.read() as session:
            request = session.get_one(Request, row.id)
            item = session.scalars(select(Redelivery).where(Redelivery.request_id == row.id)).one()
            return item.state, request.state, request.result

    def fresh(self, row: Request) -> Request:
        """The request as it is stored."""
        with self.database.read() as session:
            found = session.get_one(Request, row.id)
            session.expunge(found)
            return found

    def status(
        self, person: Person, program: Program = PROGRAM, now: datetime = NOW
    ) -> LetterStatus:
        """How the household's letter stands."""
        with self.database.read() as session:
            return letter_status(work_in(session, now=now, program=program), person.household_id)

    def orders(self, person: Person) -> list[tuple[str, str]]:
        """Reason and state of the household's orders of letters."""
        with self.database.read() as session:
            mine = select(LetterOrder).where(LetterOrder.household_id == person.household_id)
            return [
                (row.reason, row.state) for row in session.scalars(mine.order_by(LetterOrder.id))
            ]

    def credential(self, person: Person) -> str:
        """State of the ID and password that the household has in hand."""
        with self.database.read() as session:
            return session.get_one(Credential, person.credential_id).state


def posted(session: Session, person: Person, mail_class: str = "simple_registered") -> int:
    """Add the letter of `handed_over` as posted the same day; return its shipment."""
    row = handed_over(session, person)
    shipment = mail.plan_letter(work_in(session, now=NOW), row)
    mail.post(
        work_in(session, now=NOW, program=PROGRAM),
        shipment.id,
        mail.Posting(POSTED, mail_class, tracking_no(shipment.id)),
    )
    return shipment.id


def handed_over(session: Session, person: Person) -> Letter:
    """Add the letter that the household's ID and password came with, as handed over on 10 July."""
    at = datetime(POSTED.year, POSTED.month, POSTED.day, 3, tzinfo=UTC)
    run = PrintRun(**PAPER_RUN, planned=1, notice_date=POSTED, created_at=at, handed_over_at=at)
    session.add(run)
    session.flush()
    row = Letter(
        number=new_letter_number(),
        household_id=person.household_id,
        kind="credential",
        state="handed_over",
        print_run_id=run.id,
        chunk_number=1,
        credential_id=person.credential_id,
        children=2,
        amount_yen=60_000,
        created_at=at,
        printed_at=at,
        handed_over_at=at,
    )
    session.add(row)
    session.flush()
    return row


def tracking_no(number: int) -> str:
    """An eleven-digit tracking number with its check digit."""
    body = f"{3_110_000_000 + number}"
    return body + str(int(body) % 7)


def make_post(database: Database) -> Post:
    """People who review, on a database."""
    roles = ((Role.OFFICER, "o1"), (Role.OFFICER, "o2"), (Role.WARD_OFFICER, "w1"))
    officer, colleague, ward = (hire(database, NOW, role, login).id for role, login in roles)
    return Post(
        database,
        Actor(Role.OFFICER, officer, Organization.CONTRACTOR),
        Actor(Role.OFFICER, colleague, Organization.CONTRACTOR),
        Actor(Role.WARD_OFFICER, ward, Organization.WARD),
    )


def by_phone(actor: Actor) -> Actor:
    """A person of the staff who enters what somebody said on the telephone."""
    return replace(actor, channel=Channel.PHONE)


def days(count: int) -> timedelta:
    """So many days."""
    return timedelta(days=count)
