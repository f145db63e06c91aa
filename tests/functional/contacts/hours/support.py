"""People who propose and approve opening hours, each step one transaction."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from portal.domain.contacts.hours import services
from portal.domain.contacts.hours.models import OpeningHours
from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.program.calendar import Hours
from tests.support.staff import ROLES, StaffSite
from tests.support.work import work_in

NINE, LONG = Hours(time(9), time(17)), Hours(time(10), time(19))
WEEK = (LONG, LONG, LONG, LONG, LONG, NINE, None)


@dataclass
class Desk:
    """The staff site with somebody of each kind, and a second officer of the ward."""

    staff: StaffSite
    people: dict[str, Actor] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day (JST) at which the clock stands."""
        return jst_date(self.staff.now)

    def day(self, after: int) -> date:
        """A day so many days after today."""
        return self.today + timedelta(days=after)

    def actor(self, role: Role = Role.SUPERVISOR, name: str = "") -> Actor:
        """Somebody of a role, hired on the first asking."""
        key = name or role.value
        if key not in self.people:
            self.people[key] = Actor(role, self.staff.hire(role).id, ROLES[role])
        return self.people[key]

    def week(self, by: Actor | None = None, **changes: Any) -> int:
        """Propose other hours of the weekdays; returns the key."""
        given: dict[str, Any] = {
            "first_day": self.day(6),
            "hours": WEEK,
            "paid_by": "contractor",
        }
        return self._do(
            by or self.actor(),
            lambda work: services.propose_week(work, services.Week(**(given | changes))),
        ).id

    def special(self, by: Actor | None = None, **changes: Any) -> int:
        """Propose a closed day; returns the key."""
        given: dict[str, Any] = {
            "first_day": self.day(1),
            "last_day": self.day(1),
            "hours": None,
            "reason": "maintenance",
            "paid_by": "ward",
        }
        return self._do(
            by or self.actor(),
            lambda work: services.propose_special(work, services.Special(**(given | changes))),
        ).id

    def approve(self, key: int, by: Actor | None = None) -> OpeningHours:
        """Somebody approves; the ward's officer by default."""
        return self._do(
            by or self.actor(Role.WARD_OFFICER), lambda work: services.approve(work, key)
        )

    def refuse(self, key: int, by: Actor | None = None) -> OpeningHours:
        """Somebody refuses; the ward's officer by default."""
        return self._do(
            by or self.actor(Role.WARD_OFFICER), lambda work: services.refuse(work, key)
        )

    def take_back(self, key: int, by: Actor | None = None) -> OpeningHours:
        """Somebody takes it back; the ward's officer by default."""
        return self._do(
            by or self.actor(Role.WARD_OFFICER), lambda work: services.take_back(work, key)
        )

    def _do(self, actor: Actor, act: Any) -> OpeningHours:
        with self.staff.database.write() as session:
            row: OpeningHours = act(work_in(session, actor, self.staff.now))
            session.flush()
            session.expunge(row)
            return row
