"""An agent with a caller on the line, and households whose letter was posted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from sqlalchemy import select

from portal.domain.contacts.calls.about import CONVERSATION
from portal.domain.contacts.calls.description import CallDescription
from portal.domain.contacts.calls.gate import opened_in
from portal.domain.contacts.calls.levels import Level
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.services import start_call
from portal.domain.desk.call_desk.models import DeskAct
from portal.domain.foundation.actors import Actor, Role
from portal.domain.people.authn.codes import add_authenticator
from tests.functional.requests.redeliveries.support import Post, make_post
from tests.support.people import Person
from tests.support.resident import Visitor
from tests.support.staff import ROLES, Colleague, StaffSite
from tests.support.work import work_in

TOLD = {"told": "yes", "form_key": "one"}
OLD_NUMBER = "+819011112222"


@dataclass
class Desk:
    """The staff site with an agent; ``visitor`` is the agent's browser."""

    staff: StaffSite
    post: Post
    agent: Colleague
    visitor: Visitor

    @property
    def now(self) -> datetime:
        """The instant at which the clock stands."""
        return self.staff.now

    def actor(self, colleague: Colleague | None = None, role: Role = Role.AGENT) -> Actor:
        """A colleague as services see them."""
        return Actor(role, (colleague or self.agent).id, ROLES[role])

    def call(
        self, colleague: Colleague | None = None, role: Role = Role.AGENT, **options: Any
    ) -> int:
        """Begin a call and return its key."""
        with self.staff.database.write() as session:
            work = work_in(session, self.actor(colleague, role), self.now)
            about = options.pop("about", CONVERSATION)
            return start_call(work, CallDescription(**options), about).id

    def know(
        self, person: Person, level: Level, *, call_id: int, called_back: bool = False
    ) -> None:
        """Take the caller for verified in a call."""
        with self.staff.database.write() as session:
            place = opened_in(
                work_in(session, now=self.now), session.get_one(Call, call_id), person.household_id
            )
            place.level, place.called_back = int(level), called_back

    def in_call(
        self, person: Person, level: Level = Level.ACT, *, called_back: bool = False, **options: Any
    ) -> int:
        """Begin a call with somebody of a household who is known so far."""
        call_id = self.call(**options)
        self.know(person, level, call_id=call_id, called_back=called_back)
        return call_id

    def end(self, call_id: int) -> None:
        """End a call for good."""
        with self.staff.database.write() as session:
            session.get_one(Call, call_id).state = "ended"

    def do(
        self,
        person: Person,
        place: str,
        data: dict[str, str] | None = None,
        visitor: Visitor | None = None,
    ) -> httpx.Response:
        """Send the form of an act, as it was read out and confirmed."""
        visitor = visitor or self.visitor
        return visitor.send(f"/desk/{person.household_id}/{place}/submit", TOLD | (data or {}))

    def open(self, person: Person, place: str) -> httpx.Response:
        """Open the page of an act."""
        return self.visitor.open(f"/desk/{person.household_id}/{place}")

    def acts(self) -> list[DeskAct]:
        """What was done, oldest first."""
        with self.staff.database.read() as session:
            found = list(session.scalars(select(DeskAct).order_by(DeskAct.id)))
            session.expunge_all()
        return found

    def telephone(self, person: Person, number: str = OLD_NUMBER) -> None:
        """Give a household's account a proven telephone number besides the app."""
        with self.staff.database.write() as session:
            row = add_authenticator(
                work_in(session, now=self.now), person.credential_id, "sms", number
            )
            row.state, row.confirmed_at = "confirmed", self.now


def make_desk(staff: StaffSite) -> Desk:
    """An agent at work on a site."""
    agent = staff.hire(Role.AGENT)
    return Desk(staff, make_post(staff.database), agent, staff.enter(agent))
