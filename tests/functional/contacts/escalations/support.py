"""A call desk with questions to the ward: its people, a household, calls."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.calls.services import start_call
from portal.domain.contacts.escalations import answering, services
from portal.domain.contacts.escalations.answering import WardAnswer
from portal.domain.contacts.escalations.models import Escalation
from portal.domain.contacts.escalations.services import Question, RaisedIn
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.program.schema import Program
from portal.platform.database import Database
from tests.support.people import add_person
from tests.support.staff import ROLES, hire
from tests.support.work import work_in

NOW = datetime(2023, 8, 1, 3, 0, tzinfo=UTC)
"""A Tuesday, noon in Japan."""
ORDER = Instruction("児発第１２号", date(2023, 7, 31))
WORDS = "基準日のあとに転入したが、対象になるか。"


@dataclass
class Desk:
    """The people of a call desk on a database; the clock stands at ``now``."""

    database: Database
    program: Program
    now: datetime = NOW
    people: dict[str, Actor] = field(default_factory=dict)

    def actor(self, role: Role, name: str = "") -> Actor:
        """Somebody of a role, hired on the first asking."""
        key = name or role.value
        if key not in self.people:
            organization = Organization.CONTRACTOR if role is Role.AGENT else ROLES[role]
            self.people[key] = Actor(
                role, hire(self.database, self.now, role, key).id, organization
            )
        return self.people[key]

    @property
    def agent(self) -> Actor:
        """An agent of the call center."""
        return self.actor(Role.AGENT)

    @property
    def officer(self) -> Actor:
        """An officer of the contractor."""
        return self.actor(Role.OFFICER)

    @property
    def ward(self) -> Actor:
        """An officer of the ward."""
        return self.actor(Role.WARD_OFFICER)

    def household(self, *, protected: bool = False) -> int:
        """A household with a letter."""
        self.people.setdefault(f"h{len(self.people)}", Actor(Role.RESIDENT))
        number = f"97{len(self.people):08}"
        return add_person(self.database, self.now, number=number, protected=protected).household_id

    def call(self, actor: Actor | None = None, household_id: int | None = None) -> int:
        """A call that goes on, in which a household was opened."""
        with self.database.write() as session:
            call = start_call(work_in(session, actor or self.agent, self.now))
            if household_id is not None:
                row = CallHousehold(call_id=call.id, household_id=household_id, opened_at=self.now)
                session.add(row)
            return call.id

    def end(self, call_id: int) -> None:
        """The call ends now."""
        with self.database.write() as session:
            call = session.get_one(Call, call_id)
            call.state, call.ended_at = "ended", self.now

    def ask(
        self,
        kind: str = "eligibility",
        text: str = WORDS,
        *,
        household_id: int | None = None,
        actor: Actor | None = None,
        telephone: str = "",
    ) -> Escalation:
        """A question that an agent passes on in a call of its own."""
        who = actor or self.agent
        call_id = self.call(who, household_id)
        with self.database.write() as session:
            row = services.raise_escalation(
                work_in(session, who, self.now, program=self.program),
                Question(kind, text, telephone),
                RaisedIn(call_id=call_id, household_id=household_id),
            )
            session.flush()
            session.expunge(row)
        self.end(call_id)
        return row

    def answer(
        self,
        row: Escalation,
        text: str = "対象になります。",
        actor: Actor | None = None,
        instruction: Instruction | None = ORDER,
    ) -> None:
        """The ward answers."""
        with self.database.write() as session:
            given = WardAnswer(text, instruction)
            answering.answer(work_in(session, actor or self.ward, self.now), row.id, given)

    def state(self, row: Escalation) -> str:
        """Where a question stands."""
        with self.database.read() as session:
            return session.get_one(Escalation, row.id).state


def make_desk(database: Database) -> Desk:
    """A desk of the program `sample`."""
    return Desk(database, load_program("sample"))
