"""Households with and without a channel, a sending worker, and what became of announcements."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from portal.domain.foundation.clock import FixedClock
from portal.domain.letters.announcements.events import Event
from portal.domain.letters.announcements.models import Announcement
from portal.domain.letters.announcements.services import announce
from portal.domain.people.authn import codes
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Hold
from portal.domain.people.notices.services import Claim
from portal.platform.database import Database
from portal.platform.senders.sending import Accepted, SendFailedError, Way
from portal.platform.senders.worker import OutboxWorker
from tests.support.people import Person, add_person
from tests.support.resident import NOON
from tests.support.work import source_of, work_in

PHONE, MAIL = "+819055512345", "kanariya@example.jp"


def resident(
    database: Database,
    kind: str = "sms",
    *,
    locale: str = "ja",
    number: str = "9900000001",
    app: bool = False,
) -> Person:
    """A household that signed in before.

    Its codes come by ``kind`` (sms, email), or from an app only.
    """
    person = add_person(database, NOON, number=number, active=True)
    with database.write() as session:
        if kind != "totp":
            address = PHONE if kind == "sms" else MAIL
            row = codes.add_authenticator(
                work_in(session, now=NOON), person.credential_id, kind, address
            )
            row.state, row.confirmed_at = "confirmed", NOON
            if not app:
                found = session.scalars(
                    select(OtpAuthenticator).where(OtpAuthenticator.kind == "totp")
                )
                for authenticator in found:
                    if authenticator.credential_id == person.credential_id:
                        session.delete(authenticator)
        session.get_one(Credential, person.credential_id).locale = locale
    return person


def tell(
    database: Database,
    person: Person,
    event: str = "decided",
    key: str = "decline:1:accepted",
    *,
    now: datetime = NOON,
    due: date | None = None,
    contact: str | None = None,
    receipt_no: str | None = None,
) -> None:
    with database.write() as session:
        announce(
            work_in(session, now=now),
            Event(person.household_id, event, key, due=due, contact=contact, receipt_no=receipt_no),
        )


def put_hold(
    database: Database, person: Person, code: str = "W06_INSTITUTION", state: str = "open"
) -> int:
    with database.write() as session:
        hold = Hold(household_id=person.household_id, code=code, state=state, created_at=NOON)
        session.add(hold)
        session.flush()
        return hold.id


def log_of(database: Database, **wanted: Any) -> list[tuple[str, str]]:
    """Medium and state of everything that was announced, in order."""
    return [(row.medium, row.state) for row in rows(database, **wanted)]


def rows(database: Database, **wanted: Any) -> list[Announcement]:
    with database.read() as session:
        found = list(
            session.scalars(select(Announcement).filter_by(**wanted).order_by(Announcement.id))
        )
        session.expunge_all()
    return found


@dataclass
class Gateway:
    """The other side of a sender: takes messages, or refuses as it is told."""

    failure: SendFailedError | None = None
    keeps_body: bool = False
    got: list[Claim] = field(default_factory=list)

    def capacity(self, free: int, running: int) -> int:
        return free

    @property
    def way(self) -> Way:
        return Way("test", "")

    def send(self, message: Claim) -> Accepted:
        if self.failure is not None:
            raise self.failure
        self.got.append(message)
        return Accepted()


def send_all(
    database: Database,
    gateway: Gateway,
    kind: str = "sms",
    now: datetime = NOON,
    between: Callable[[], object] = lambda: None,
) -> None:
    """One look of the outbox worker: claims what is due and hands it over."""
    worker = OutboxWorker(source_of(database, FixedClock(now)), {kind: gateway})
    claims = worker.claim(kind, 50)
    between()
    for claim in claims:
        worker.deliver(gateway, claim)
