"""People of the call desk, and calls at every step, on a database."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from portal.domain.contacts.calls import finishing, forgotten, services, written
from portal.domain.contacts.calls.about import CONVERSATION
from portal.domain.contacts.calls.description import CallDescription
from portal.domain.contacts.calls.finishing import AfterCall
from portal.domain.contacts.calls.kinds import Result
from portal.domain.contacts.calls.models import Call
from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.people.authn import sessions
from portal.domain.people.authn.models import AuthSession
from portal.platform.database import Database
from tests.support.coupons import VAULT
from tests.support.people import Person, add_person
from tests.support.staff import ROLES, hire
from tests.support.work import work_in

NOW = datetime(2023, 8, 1, 1, 0, tzinfo=UTC)
"""Ten in the morning in Japan, a Tuesday."""


def noted(**changes: Any) -> AfterCall:
    """What is noted after an ordinary call."""
    facts: dict[str, Any] = {"category": "delivery", "subcategory": "absent", "result": Result.DONE}
    return AfterCall(**facts | changes)


@dataclass
class Room:
    """The room in which the desk sits."""

    database: Database
    people: int = field(default=0)

    def hire(self, role: Role = Role.AGENT) -> Actor:
        """Somebody new."""
        self.people += 1
        colleague = hire(self.database, NOW, role, f"{role.value}{self.people}")
        return Actor(role, colleague.id, ROLES[role])

    def household(self, **options: Any) -> Person:
        """A household with a letter."""
        self.people += 1
        return add_person(self.database, NOW, number=f"97{self.people:08}", **options)

    def start(self, actor: Actor, now: datetime = NOW, **options: Any) -> int:
        """A call begins; returns its key."""
        about = options.pop("about", CONVERSATION)
        with self.database.write() as session:
            described = CallDescription(**options)
            return services.start_call(work_in(session, actor, now), described, about).id

    def hang_up(self, call_id: int, actor: Actor, now: datetime = NOW) -> None:
        """The talk ends."""
        with self.database.write() as session:
            services.hang_up(work_in(session, actor, now), call_id)

    def finish(
        self,
        call_id: int,
        actor: Actor,
        now: datetime = NOW,
        after: AfterCall | None = None,
        **changes: Any,
    ) -> None:
        """The call ends with its notes."""
        with self.database.write() as session:
            finishing.finish(work_in(session, actor, now), call_id, after or noted(**changes))

    def correct(self, call_id: int, actor: Actor, now: datetime = NOW, **changes: Any) -> None:
        """The notes are put right."""
        with self.database.write() as session:
            finishing.correct(work_in(session, actor, now), call_id, noted(**changes))

    def close_forgotten(self, now: datetime) -> int:
        """One round of the rule."""
        with self.database.write() as session:
            return forgotten.close_forgotten(work_in(session, now=now))

    def call(self, call_id: int) -> Call:
        """The call as it stands."""
        with self.database.read() as session:
            found = session.get_one(Call, call_id)
            session.expunge(found)
            return found

    def words(self, call_id: int) -> dict[str, Any]:
        """What was written about it."""
        return written.read_text(VAULT, self.call(call_id))

    def current(self, actor: Actor) -> int | None:
        """The key of somebody's open call."""
        with self.database.read() as session:
            call = services.current_call(work_in(session, actor))
            return call.id if call is not None else None

    def look_at_a_page(self, actor: Actor, now: datetime) -> None:
        """Somebody's session is used."""
        assert actor.id is not None
        with self.database.write() as session:
            found = session.scalar(select(AuthSession).where(AuthSession.owner_id == actor.id))
            if found is None:
                sessions.start(
                    session,
                    sessions.NewSession(
                        sessions.Owner(sessions.STAFF, actor.id), sessions.Stage.FULL
                    ),
                    now,
                )
            else:
                sessions.touch(session, found.id, now)

    def events(self, call_id: int) -> list[tuple[str, dict[str, Any]]]:
        """What was logged of a call, in order."""
        with self.database.read() as session:
            rows = session.scalars(
                select(AuditEvent)
                .where(AuditEvent.subject == "call", AuditEvent.subject_id == call_id)
                .order_by(AuditEvent.id)
            )
            return [(row.action, row.detail) for row in rows]
