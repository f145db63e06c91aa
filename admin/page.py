"""A page of the staff site: who of the staff is signed in, and their active call."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.contacts.calls.active_call import signed_in_staff
from portal.domain.contacts.calls.models import Call
from portal.domain.foundation.actors import Actor, Channel, Organization, Role
from portal.domain.people.authn import sessions
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.staff.models import StaffUser
from portal.platform import page


@dataclass(frozen=True, slots=True)
class StaffWho:
    """Who of the staff is signed in.

    Attributes:
        auth: The active session.
        staff: Its account.
        call: The person's active call.
        opened_last: The household opened last in that call.
        locked: Whether the password is asked before anything else.
    """

    auth: AuthSession | None = field(default=None, repr=False)
    staff: StaffUser | None = field(default=None, repr=False)
    call: Call | None = field(default=None, repr=False)
    opened_last: int | None = None
    locked: bool = False

    @property
    def actor(self) -> Actor:
        """The acting party for audit events; before the sign-in it is no member of the staff."""
        if self.staff is None:
            return Actor(Role.RESIDENT, channel=Channel.PORTAL)
        return Actor(Role(self.staff.role), self.staff.id, Organization(self.staff.organization))

    @property
    def rows(self) -> tuple[object, ...]:
        """The rows that a page may show."""
        return tuple(row for row in (self.auth, self.staff, self.call) if row is not None)


class StaffSignIns:
    """Loads the member of the staff who is signed in."""

    nobody = StaffWho()

    def load(self, session: Session, token: str, now: datetime) -> StaffWho:
        """Return who is signed in under a session ID at ``now`` (UTC)."""
        found = signed_in_staff(session, token, now)
        if found is None:
            return self.nobody
        locked = sessions.is_locked(found.auth, now)
        return StaffWho(found.auth, found.staff, found.call, found.opened_last, locked)


Page = page.Page[StaffWho]
