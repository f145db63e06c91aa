"""Where a household is signed in: its own label and the month; sign one of them out.

Neither model nor place is asked or shown: whoever shares the account must not read them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _
from portal.domain.foundation.work import Work
from portal.domain.people.authn import sessions
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.sessions import Stage
from portal.domain.people.signin.carried import carried, carry
from portal.domain.people.signin.steps import lock_step

ROWS = 20


LONGEST_LABEL = 20
LABEL = "label"
"""The key of a session's data with the device's label, sealed for its account."""


@dataclass(frozen=True, slots=True)
class SignedInDevice:
    """One session of a household.

    Attributes:
        session_id: Its key.
        label: What the household calls the device; perhaps empty.
        since: Since when the device has its label, else since when it is signed in (UTC); people
            see the month.
        current: Whether it is the one that asks.
    """

    session_id: int
    label: str = field(repr=False)
    since: datetime
    current: bool


def devices_of(work: Work, auth: AuthSession) -> Sequence[SignedInDevice]:
    """Return the sessions of the account of a session, the most recently used first."""
    living = sessions.active_sessions(work.session, _owner(auth), work.now)
    return [_shown(work, row, auth) for row in living[:ROWS]]


def _shown(work: Work, row: AuthSession, auth: AuthSession) -> SignedInDevice:
    life = sessions.LIFETIMES[sessions.RESIDENT].absolute
    label, since = _opened(work, row, str(row.data.get(LABEL, ""))) or ("", row.ends_at - life)
    return SignedInDevice(row.id, label, since, current=row.id == auth.id)


def name_device(work: Work, auth: AuthSession, typed: str) -> str:
    """Give the device of a session a label; return it sealed, for the browser to bring again.

    Raises:
        InputError: the label is too long.
    """
    label = " ".join(typed.split())
    if len(label) > LONGEST_LABEL:
        raise InputError(_("名前は、20文字までで入力してください。"))
    before = _opened(work, auth, str(auth.data.get(LABEL, "")))
    since = before[1] if before is not None else work.now
    content = {"label": label, "since": since.timestamp()}
    sealed = carry(work.vault, content, _context(auth))
    sessions.keep_data(work.session, auth, auth.data | {LABEL: sealed})
    return sealed


def bring_label(work: Work, token: str, sealed: str) -> None:
    """Give the session with this ID the label that its browser brings, if it is its account's."""
    begun = sessions.load(work.session, sessions.RESIDENT, token, work.now)
    if begun is not None and _opened(work, begun, sealed) is not None:
        sessions.keep_data(work.session, begun, begun.data | {LABEL: sealed})


def _opened(work: Work, auth: AuthSession, sealed: str) -> tuple[str, datetime] | None:
    content = carried(work.vault, sealed, _context(auth)) if sealed else None
    if content is None:
        return None
    return str(content["label"]), datetime.fromtimestamp(content["since"], UTC)


def _context(auth: AuthSession) -> str:
    return f"device_label:{auth.owner_id}"


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
