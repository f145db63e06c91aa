"""People who write and release texts, each step one transaction."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from portal.domain.contacts.site_texts import services
from portal.domain.contacts.site_texts.models import SiteText
from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.work import Work
from tests.support.staff import ROLES, StaffSite
from tests.support.work import work_in

TEXTS = {locale: f"words for reader {number}" for number, locale in enumerate(RESIDENT_LOCALES)}


@dataclass
class Office:
    """The staff site with somebody of each kind, and a second officer of the ward."""

    staff: StaffSite
    people: dict[str, Actor] = field(default_factory=dict)

    def day(self, after: int) -> date:
        """A day so many days after today."""
        return jst_date(self.staff.now) + timedelta(days=after)

    def actor(self, role: Role = Role.OFFICER, name: str = "") -> Actor:
        """Somebody of a role, hired on the first asking."""
        key = name or role.value
        if key not in self.people:
            self.people[key] = Actor(role, self.staff.hire(role).id, ROLES[role])
        return self.people[key]

    def write(self, by: Actor | None = None, **changes: Any) -> int:
        """Write a text for the first page; returns its key."""
        given: dict[str, Any] = {"place": "landing", "first_day": self.day(0), "texts": TEXTS}
        draft = services.Draft(**(given | changes))
        return self.act(lambda work: services.write(work, draft), by).id

    def released(self, **changes: Any) -> int:
        """Write a text and release it; returns its key."""
        key = self.write(**changes)
        self.release(key)
        return key

    def release(self, key: int, by: Actor | None = None) -> SiteText:
        """Somebody releases; the ward's officer by default."""
        return self.act(
            lambda work: services.release(work, key), by or self.actor(Role.WARD_OFFICER)
        )

    def refuse(self, key: int, by: Actor | None = None) -> SiteText:
        """Somebody refuses; the ward's officer by default."""
        return self.act(
            lambda work: services.refuse(work, key), by or self.actor(Role.WARD_OFFICER)
        )

    def take_back(self, key: int, by: Actor | None = None) -> SiteText:
        """Somebody takes it down; the ward's officer by default."""
        return self.act(
            lambda work: services.take_back(work, key), by or self.actor(Role.WARD_OFFICER)
        )

    def act(self, act: Callable[[Work], SiteText], by: Actor | None = None) -> SiteText:
        """One step in a transaction of its own."""
        with self.staff.database.write() as session:
            row = act(work_in(session, by or self.actor(), self.staff.now))
            session.flush()
            session.expunge(row)
            return row
