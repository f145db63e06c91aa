"""A desk that gets FAX: agents, a family, FAX that come in, and replies."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from portal.domain.contacts.calls.kinds import CallLanguage
from portal.domain.contacts.calls.levels import Level
from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.calls.states import ENDED
from portal.domain.contacts.faxes import replies, sending, services
from portal.domain.contacts.faxes.models import FaxCase, FaxReply
from portal.domain.contacts.faxes.replies import Draft
from portal.domain.contacts.faxes.services import NewFax
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.program.loader import load_program
from portal.domain.people.staff.models import StaffUser
from portal.platform.database import Database
from tests.support.people import Person, add_person
from tests.support.reading.files import fax
from tests.support.requests.scans import checked
from tests.support.work import work_in

NOW = datetime(2023, 8, 1, 3, 0, tzinfo=UTC)
"""A Tuesday, noon in Japan."""
PROGRAM = load_program("sample", date(2023, 8, 1))
SENDER = "03-5550-0142"
TYPED, DIALED = "０３（５５５０）０１４２", "+81355500142"


def add_staff(database: Database, login: str, role: Role = Role.AGENT) -> Actor:
    """A colleague without a password."""
    organization = Organization.SUBCONTRACTOR if role is Role.AGENT else Organization.CONTRACTOR
    with database.write() as session:
        user = StaffUser(
            login=login,
            display_name=login,
            organization=organization.value,
            role=role.value,
            password_hash="-",
            totp_sealed=b"",
            created_at=NOW,
        )
        session.add(user)
        session.flush()
        return Actor(role, user.id, organization)


@dataclass
class FaxDesk:
    """The desk on a database; its clock is moved by hand."""

    database: Database
    agent: Actor
    other: Actor
    lead: Actor
    now: datetime = NOW
    sent: int = field(default=0)

    def receive(
        self,
        *,
        at: datetime | None = None,
        language: str = "ja",
        sender: str = SENDER,
        data: bytes = b"",
        **more: Any,
    ) -> int:
        """A FAX comes in; each is another file, which only one of them was drawn for."""
        self.sent += 1
        file = checked(data or fax())
        if not data:
            file = replace(file, came=f"FAX {self.sent}".encode())
        new = NewFax(
            at or self.now - timedelta(minutes=30), file, CallLanguage(language), sender, **more
        )
        with self.database.write() as session:
            return services.receive(
                work_in(session, self.agent, self.now), PROGRAM.calendar, new
            ).id

    def start(self, case_id: int, actor: Actor | None = None) -> int:
        """An agent begins to handle it; returns the call."""
        with self.database.write() as session:
            return services.start(work_in(session, actor or self.agent, self.now), case_id).id

    def verified(self, call_id: int, person: Person, level: Level = Level.STATUS) -> None:
        """The call has verified a household."""
        with self.database.write() as session:
            session.add(
                CallHousehold(
                    call_id=call_id,
                    household_id=person.household_id,
                    level=int(level),
                    opened_at=self.now,
                    verified_at=self.now,
                )
            )

    def end_call(self, call_id: int) -> None:
        """The call is over."""
        with self.database.write() as session:
            session.get_one(Call, call_id).state = ENDED

    def prepare(self, case_id: int, actor: Actor | None = None, **draft: Any) -> int:
        """A reply is written; returns its key."""
        filled = {"number": TYPED, "number_again": SENDER, "wordings": ("received",)} | draft
        with self.database.write() as session:
            return replies.prepare(
                work_in(session, actor or self.agent, self.now, program=PROGRAM),
                case_id,
                Draft(**filled),
            ).id

    def answered(self, **more: Any) -> tuple[int, int]:
        """A case with a reply that was sent."""
        case_id = self.receive(**more)
        call_id = self.start(case_id)
        reply_id = self.prepare(case_id)
        self.sent_now(reply_id)
        self.end_call(call_id)
        return case_id, reply_id

    def sent_now(self, reply_id: int) -> None:
        """The machine says OK."""
        with self.database.write() as session:
            sending.mark_sent(work_in(session, self.agent, self.now), reply_id)

    def failed_now(self, reply_id: int, failure: str = "busy") -> None:
        """The machine says no."""
        with self.database.write() as session:
            sending.mark_failed(work_in(session, self.agent, self.now), reply_id, failure)

    def case(self, case_id: int) -> FaxCase:
        """A case as it stands."""
        with self.database.read() as session:
            row = session.get_one(FaxCase, case_id)
            session.expunge(row)
        return row

    def reply(self, reply_id: int) -> FaxReply:
        """A reply as it stands."""
        with self.database.read() as session:
            row = session.get_one(FaxReply, reply_id)
            session.expunge(row)
        return row

    def events(self, prefix: str = "fax.") -> list[AuditEvent]:
        """What was logged."""
        with self.database.read() as session:
            rows = list(session.scalars(select(AuditEvent).order_by(AuditEvent.id)))
            session.expunge_all()
        return [row for row in rows if row.action.startswith(prefix)]

    def household(self, *, protected: bool = False) -> Person:
        """A family with a letter."""
        self.sent += 1
        return add_person(self.database, self.now, number=f"97{self.sent:08}", protected=protected)


def make_fax_desk(database: Database) -> FaxDesk:
    """A desk with two agents and a supervisor."""
    agent, other = (add_staff(database, name) for name in ("agent-a", "agent-b"))
    return FaxDesk(database, agent, other, add_staff(database, "lead-a", Role.SUPERVISOR))
