"""A page of the staff site: who of the staff is signed in, and their active call."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.contacts.calls.active_call import (
    SignedInStaff,
    read_signed_in_staff,
    signed_in_staff,
)
from portal.domain.contacts.calls.models import Call
from portal.domain.desk.casework.reviews.queue import QueuePage
from portal.domain.foundation.actors import Actor, Channel, Organization, Role
from portal.domain.foundation.wide_reads import Reads
from portal.domain.people.authn import sessions
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import Permission, may
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
        queue: The page of the review queue that they asked for, where it was read with them.
    """

    auth: AuthSession | None = field(default=None, repr=False)
    staff: StaffUser | None = field(default=None, repr=False)
    call: Call | None = field(default=None, repr=False)
    opened_last: int | None = None
    locked: bool = False
    queue: QueuePage | None = field(default=None, repr=False)

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

    def has(self, permission: Permission) -> bool:
        """Whether they are wholly signed in, not locked out, and have a permission."""
        whole = self.auth is not None and self.auth.stage == sessions.Stage.FULL and not self.locked
        return whole and self.staff is not None and may(self.staff, permission)


class StaffSignIns:
    """Loads the member of the staff who is signed in."""

    nobody = StaffWho()

    def load(self, session: Session, token: str, now: datetime) -> StaffWho:
        """Return who is signed in under a session ID at ``now`` (UTC)."""
        return _who(signed_in_staff(session, token, now), now)


def read_who(reads: Reads, token: str, now: datetime) -> StaffWho:
    """Return the same for a page that only reads; nothing that is changed in its rows is kept."""
    return _who(read_signed_in_staff(reads, token, now), now)


def _who(found: SignedInStaff | None, now: datetime) -> StaffWho:
    if found is None:
        return StaffSignIns.nobody
    locked = sessions.is_locked(found.auth, now)
    return StaffWho(found.auth, found.staff, found.call, found.opened_last, locked)


Page = page.Page[StaffWho]
