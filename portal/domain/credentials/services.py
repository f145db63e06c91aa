"""Issuing credentials and moving them through their states, each step under a row lock with its audit event."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.actors import Actor
from portal.domain.audit.services import record
from portal.domain.authn import sessions
from portal.domain.credentials.models import Credential
from portal.domain.credentials.states import CREDENTIAL
from portal.domain.errors import NotFoundError
from portal.domain.texts import _
from portal.domain.vault import Vault, seal


def login_digest(vault: Vault, login_id: str) -> bytes:
    """Return the keyed digest by which an ID is found."""
    return vault.blind("login", login_id)


def issue(
    session: Session,
    vault: Vault,
    household_id: int,
    login_id: str,
    password_hash: str,
    actor: Actor,
    now: datetime,
) -> Credential:
    """Store a new credential; the one before it is superseded in the same transaction, with all its sessions.

    The password itself never comes here: it exists in the printing worker's memory and on the letter.
    """
    for old in session.scalars(
        select(Credential)
        .where(Credential.household_id == household_id, Credential.state.not_in(("superseded", "closed")))
        .with_for_update()
    ):
        move(session, old, "supersede", actor, now)
    session.flush()
    digest = login_digest(vault, login_id)
    credential = Credential(
        household_id=household_id, login_digest=digest, login_sealed=seal(vault.kek, login_id.encode(), digest),
        password_hash=password_hash, created_at=now, changed_at=now,
    )  # fmt: skip
    session.add(credential)
    session.flush()
    record(session, actor, now, "credential.issued", "credential", credential.id, household_id=household_id)
    return credential


def move(
    session: Session, credential: Credential, action: str, actor: Actor, now: datetime, reason: str = ""
) -> None:
    """Take one step of the machine; ends every session when the credential is no longer usable.

    Raises:
        WrongStateError: the machine has no such step from here.
    """
    target = CREDENTIAL.next(credential.state, action)
    if target == "before":
        target = credential.state_before or "issued"
        credential.state_before = None
    elif action in {"lock", "suspend"}:
        credential.state_before = credential.state
    credential.state = target
    credential.changed_at = now
    if target not in {"issued", "active"}:
        sessions.end_all(session, sessions.RESIDENT, credential.id)
    record(
        session, actor, now, f"credential.{action}", "credential", credential.id,
        household_id=credential.household_id, reason=reason,
    )  # fmt: skip


def lock_row(session: Session, credential_id: int) -> Credential:
    """Return the credential, locked for this transaction.

    Raises:
        NotFoundError: there is none of that key.
    """
    found = session.scalar(
        select(Credential)
        .where(Credential.id == credential_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # what was read before the lock may be old by now
    )
    if found is None:
        raise NotFoundError(_("見つかりませんでした。"))
    return found
