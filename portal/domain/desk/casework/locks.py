"""Locks that keep a household out of its account, and which may be ended by telephone."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from portal.domain.foundation.base import BigId
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

_REPORTED = (
    exists(Task.id)
    .where(
        Task.kind == TaskKind.REPORT_LOST,
        Task.household_id == bindparam("household_id", type_=BigId),
        Task.state == TaskState.OPEN,
    )
    .correlate(None)
)
_REPORTED_LOST = select(_REPORTED)
# built once: building a statement takes longer than running it
_LOCKS = (
    select(
        OtpAuthenticator.state,
        OtpAuthenticator.locked_until,
        *throttles.wait_and_total(bindparam("bucket")),
        _REPORTED,
    )
    .select_from(Credential)
    .outerjoin(OtpAuthenticator, OtpAuthenticator.credential_id == Credential.id)
    .where(Credential.id == bindparam("credential_id", type_=BigId))
)
"""One row for each source of codes, or one without; whatever else locks stands in all of them."""


class Locks(Struct, frozen=True):
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
    sources = session.execute(
        _LOCKS,
        {
            "credential_id": credential.id,
            "household_id": credential.household_id,
            "bucket": bucket.stored_key,
        },
    ).all()
    until, total, reported = sources[0][2:]
    waits = [at for _state, at, *_rest in sources if at is not None and at > now]
    states = {source.state for source in sources}
    return Locks(
        birth_frozen=credential.state == CredentialState.LOCKED,
        password_until=until if until is not None and until > now else None,
        code_until=max(waits, default=None),
        shut=credential.door != Door.OPEN,
        closed=bucket.limit.is_closed_by(total or 0)
        or (SourceState.CONFIRMED not in states and SourceState.CLOSED in states),
        suspended=credential.state == CredentialState.SUSPENDED or reported,
    )


def is_reported_lost(session: Session, household_id: int) -> bool:
    """Return whether a report waits after which only a new letter opens the account.

    A frozen account is not suspended by it: the task alone keeps it shut.
    """
    return bool(session.scalar(_REPORTED_LOST, {"household_id": household_id}))


def password_key(credential: Credential) -> str:
    """Return the key that counts other devices' wrong passwords (T1 of ``security.md`` §2)."""
    return credential.login_digest.hex()
