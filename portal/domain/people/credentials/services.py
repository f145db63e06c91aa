"""Issue credentials and change their state, each step under a row lock with its audit event."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record, record_many
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _
from portal.domain.foundation.vault import Vault, opening_for_nobody, seal, unseal
from portal.domain.foundation.work import Work
from portal.domain.people.authn import passkeys, sessions
from portal.domain.people.credentials.formats import new_login_id
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.states import (
    BEFORE,
    CREDENTIAL,
    DOOR,
    LIVING,
    USABLE,
    CredentialState,
)

# built once: every step of a sign-in that changes something runs it
_LOCKED = (
    select(Credential)
    .where(Credential.id == bindparam("key"))
    .with_for_update()
    .execution_options(populate_existing=True)  # what was read before the lock may be old by now
)


def login_digest(vault: Vault, login_id: str) -> bytes:
    """Return the keyed digest by which an ID is found."""
    return vault.blind("login", login_id)


def earlier_login_digests(vault: Vault, login_id: str) -> tuple[bytes, ...]:
    """Return the digests that an ID had under search keys that are not in use."""
    return vault.earlier_blinds("login", login_id)


def login_id_of(vault: Vault, credential: Credential) -> str:
    """Return the ID of an account, for what the program compares and shows to nobody."""
    with opening_for_nobody():
        return unseal(vault.kek, credential.login_sealed, credential.login_digest).decode()


@dataclass(frozen=True, slots=True)
class NewCredential:
    """What is stored of a letter's ID and password; the password itself is only a hash."""

    household_id: int
    login_id: str = field(repr=False)
    password_hash: str = field(repr=False)


def issue(work: Work, new: NewCredential) -> Credential:
    """Store a new credential and supersede the one before it, with all its sessions.

    The password itself never comes here: it exists only in the printing worker's memory and on the
    letter.
    """
    return work.session.get_one(Credential, issue_many(work, [new])[new.household_id])


def issue_many(work: Work, new: Collection[NewCredential]) -> dict[int, int]:
    """Store many credentials as ``issue`` does; return their keys by household key."""
    households = [one.household_id for one in new]
    for old in work.session.scalars(
        select(Credential)
        .where(
            Credential.household_id.in_(households),
            Credential.state.in_(LIVING),
        )
        .order_by(Credential.id)
        .with_for_update()
    ):
        move(work, old, "supersede")
    work.session.flush()
    rows = []
    for one in new:
        digest = login_digest(work.vault, one.login_id)
        rows.append(
            {
                "household_id": one.household_id,
                "login_digest": digest,
                "password_hash": one.password_hash,
                "login_sealed": seal(work.vault.kek, one.login_id.encode(), digest),
                "created_at": work.now,
                "changed_at": work.now,
            }
        )
    if not rows:
        return {}
    stored = work.session.execute(
        insert(Credential).returning(Credential.household_id, Credential.id), rows
    )
    ids = {row.household_id: row.id for row in stored}
    events = [(credential_id, household_id) for household_id, credential_id in ids.items()]
    record_many(work, "credential.issued", "credential", events)
    return ids


def free_login_ids(work: Work, count: int, taken: set[str]) -> list[str]:
    """Return ``count`` fresh IDs that no credential has, and add them to ``taken``."""
    found: list[str] = []
    while len(found) < count:
        wanted = {new_login_id() for _ in range(count - len(found))} - taken
        digests = {login_digest(work.vault, login_id): login_id for login_id in wanted}
        known = set(
            work.session.scalars(
                select(Credential.login_digest).where(Credential.login_digest.in_(digests))
            )
        )
        fresh = [login_id for digest, login_id in digests.items() if digest not in known]
        taken.update(fresh)
        found += fresh
    return found


def move(work: Work, credential: Credential, action: str, reason: str = "") -> None:
    """Take one step of the state machine.

    Ends every session and every passkey if the credential is no longer usable as before.

    Raises:
        WrongStateError: the machine has no such step from this state.
    """
    target = CREDENTIAL.next(credential.state, action)
    if target == BEFORE:
        target = credential.state_before or CredentialState.ISSUED
        credential.state_before = None
    elif action in {"lock", "suspend"}:
        credential.state_before = credential.state
    credential.state = target
    credential.changed_at = work.now
    if target not in USABLE or action == "reset_channel":
        sessions.end_all(work.session, sessions.Owner(sessions.RESIDENT, credential.id))
        passkeys.forget_all(work.session, [credential.id])
    record(
        work,
        f"credential.{action}",
        "credential",
        credential.id,
        household_id=credential.household_id,
        reason=reason,
    )


def move_door(work: Work, credential: Credential, action: str) -> None:
    """Take one step of the door of a locked account.

    Raises:
        WrongStateError: the door has no such step from this state.
    """
    credential.door = DOOR.next(credential.door, action)
    credential.changed_at = work.now
    record(
        work,
        f"door.{action}",
        "credential",
        credential.id,
        household_id=credential.household_id,
        door=credential.door,
    )


def lock_row(session: Session, credential_id: int) -> Credential:
    """Return the credential, locked for this transaction.

    Raises:
        NotFoundError: no credential has this key.
    """
    found: Credential | None = session.scalar(_LOCKED, {"key": credential_id})
    if found is None:
        raise NotFoundError(_("見つかりませんでした。"))
    return found
