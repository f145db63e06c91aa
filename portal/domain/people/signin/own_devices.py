"""Where a household is signed in: which kind of device, since when; sign one of them out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.work import Work
from portal.domain.people.authn import sessions
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.sessions import Stage
from portal.domain.people.signin.steps import lock_step

ROWS = 20


@dataclass(frozen=True, slots=True)
class SignedInDevice:
    """One session of a household.

    Attributes:
        session_id: Its key.
        kind: What kind of device it runs on; empty if unknown.
        started_at: When it signed in (UTC).
        used_at: When it was used last (UTC), to the minute.
        current: Whether it is the one that asks.
    """

    session_id: int
    kind: str
    started_at: datetime
    used_at: datetime
    current: bool


def devices_of(work: Work, auth: AuthSession) -> Sequence[SignedInDevice]:
    """Return the sessions of the account of a session, the most recently used first."""
    life = sessions.LIFETIMES[sessions.RESIDENT].absolute
    living = sessions.active_sessions(work.session, _owner(auth), work.now)
    return [
        SignedInDevice(
            row.id, row.device or "", row.ends_at - life, row.seen_at, current=row.id == auth.id
        )
        for row in living[:ROWS]
    ]


def sign_out_device(work: Work, auth: AuthSession, session_id: int) -> bool:
    """End one session of the own account; return False if it has ended or is none of it.

    Raises:
        WrongStateError: the session that asks, or its account, has gone on.
    """
    credential = lock_step(work, auth, Stage.FULL)
    if not sessions.end_one(work.session, _owner(auth), session_id):
        return False
    record(
        work.acting_as(Actor(Role.RESIDENT, credential.id)),
        "account.device_signed_out",
        "credential",
        credential.id,
        household_id=credential.household_id,
    )
    return True


def _owner(auth: AuthSession) -> sessions.Owner:
    return sessions.Owner(sessions.RESIDENT, auth.owner_id or 0)
