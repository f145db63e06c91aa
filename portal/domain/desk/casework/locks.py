"""Locks that keep a household out of its account, and which may be ended by telephone."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.texts import _s
from portal.domain.people.authn import throttles
from portal.domain.people.authn.channels import SourceState
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.states import LIVING, CredentialState, Door
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.states import TaskState


@dataclass(frozen=True, slots=True)
class Locks:
    """The locks of an account; the instants (UTC) are in the future, or None.

    Waiting times, a frozen birth date and a ``shut`` door (a report by one item alone) may be ended
    for a verified caller; ``closed`` (a password or channel after too many tries) and ``suspended``
    (reported lost, returned letter) end only with a new letter.
    """

    birth_frozen: bool = False
    password_until: datetime | None = None
    code_until: datetime | None = None
    shut: bool = False
    closed: bool = False
    suspended: bool = False

    @property
    def can_end(self) -> bool:
        """Whether a lock may be ended by telephone."""
        waits = self.birth_frozen or self.password_until is not None or self.code_until is not None
        return (waits or self.shut) and not self.suspended

    @property
    def any(self) -> bool:
        """Whether any lock keeps the household out."""
        return self.can_end or self.closed or self.suspended


def living_credential(session: Session, household_id: int) -> Credential:
    """Return the household's ID and password that are not replaced or closed.

    Raises:
        ConflictError: there are none (``no_account``).
    """
    found = session.scalar(
        select(Credential).where(
            Credential.household_id == household_id, Credential.state.in_(LIVING)
        )
    )
    if found is None:
        raise ConflictError(
            _s(
                "この世帯には、いま使えるIDとパスワードがありません。新しい手紙を案内してください。"
            ),
            code="no_account",
        )
    return found


def locks_of(session: Session, household_id: int, now: datetime) -> Locks:
    """Return the locks of a household now; none if it has no account."""
    credential = session.scalar(
        select(Credential).where(
            Credential.household_id == household_id, Credential.state.in_(LIVING)
        )
    )
    return locks_on(session, credential, now) if credential is not None else Locks()


def locks_on(session: Session, credential: Credential, now: datetime) -> Locks:
    """Return the locks of a living account now."""
    bucket = throttles.UNKNOWN_DEVICE.of(password_key(credential))
    sources = session.scalars(
        select(OtpAuthenticator).where(OtpAuthenticator.credential_id == credential.id)
    ).all()
    waits = [s.locked_until for s in sources if s.locked_until is not None and s.locked_until > now]
    usable = any(source.state == SourceState.CONFIRMED for source in sources)
    return Locks(
        birth_frozen=credential.state == CredentialState.LOCKED,
        password_until=throttles.blocked_until(session, bucket, now),
        code_until=max(waits, default=None),
        shut=credential.door != Door.OPEN,
        closed=throttles.is_closed(session, bucket)
        or (not usable and any(source.state == SourceState.CLOSED for source in sources)),
        suspended=credential.state == CredentialState.SUSPENDED
        or is_reported_lost(session, credential.household_id),
    )


def is_reported_lost(session: Session, household_id: int) -> bool:
    """Return whether a report waits after which only a new letter opens the account.

    A frozen account is not suspended by it: the task alone keeps it shut.
    """
    reported = select(Task.id).where(
        Task.kind == TaskKind.REPORT_LOST,
        Task.household_id == household_id,
        Task.state == TaskState.OPEN,
    )
    return session.scalar(reported.limit(1)) is not None


def password_key(credential: Credential) -> str:
    """Return the key that counts other devices' wrong passwords (T1 of ``security.md`` §2)."""
    return credential.login_digest.hex()
