"""Passkeys as they are stored: added, found, opened and deleted.

Whoever acts on the passkeys of an account has locked the account, after its sources of codes.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from portal.domain.foundation.base import table_of
from portal.domain.foundation.vault import Vault, seal_json, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.people.authn.models import Passkey


@dataclass(frozen=True, slots=True)
class Key:
    """What a device told of a passkey when it made it.

    Attributes:
        number: The passkey's number, which the device chose.
        public: Its public key (COSE).
        owner: The account's number for devices: random, and the same for all its passkeys.
        name: What the household calls it; perhaps empty.
    """

    number: bytes = field(repr=False)
    public: bytes = field(repr=False)
    owner: bytes = field(repr=False)
    name: str = field(default="", repr=False)


def key_digest(vault: Vault, number: bytes) -> bytes:
    """Return the keyed digest by which a passkey is found."""
    return vault.blind("passkey", number)


def _context(credential_id: int) -> str:
    return f"passkey:{credential_id}"


def add(work: Work, credential_id: int, key: Key, *, sign_count: int) -> Passkey:
    """Store a passkey that waits."""
    said = [key.number.hex(), key.public.hex(), key.owner.hex(), key.name]
    made = Passkey(
        credential_id=credential_id,
        key_digest=key_digest(work.vault, key.number),
        sealed=seal_json(work.vault.kek, said, _context(credential_id)),
        sign_count=sign_count,
        created_at=work.now,
    )
    work.session.add(made)
    return made


def opened(vault: Vault, passkey: Passkey) -> Key:
    """Decrypt what is sealed of a passkey."""
    said = unseal_json(vault.kek, passkey.sealed, _context(passkey.credential_id))
    number, public, owner = (bytes.fromhex(one) for one in said[:3])
    return Key(number, public, owner, said[3])


_PASSKEYS = table_of(Passkey)
# built once: every sign-in with a passkey runs them
_BY_NUMBER = select(_PASSKEYS.c.id, _PASSKEYS.c.credential_id).where(
    _PASSKEYS.c.key_digest == bindparam("digest")
)
_BY_KEY = select(Passkey).where(Passkey.id == bindparam("key"))
_USED = (
    update(_PASSKEYS)
    .where(_PASSKEYS.c.id == bindparam("key"))
    .values(sign_count=bindparam("counted"))
)


NONE = (0, 0)


def find(work: Work, number: bytes) -> tuple[int, int]:
    """Return the keys of a passkey and of its account, not locked yet; ``NONE`` for none."""
    digest = key_digest(work.vault, number)
    row = work.session.execute(_BY_NUMBER, {"digest": digest}).one_or_none()
    return (row[0], row[1]) if row is not None else NONE


def read(session: Session, passkey_id: int) -> Passkey | None:
    """Read a passkey anew, once its account is locked; None if it is gone."""
    found: Passkey | None = session.scalar(
        _BY_KEY, {"key": passkey_id}, execution_options={"populate_existing": True}
    )
    return found


def note_use(session: Session, passkey: Passkey, sign_count: int) -> None:
    """Keep what the device counted, so that a copy that counts less opens nothing."""
    session.execute(_USED, {"key": passkey.id, "counted": sign_count})


def of_account(session: Session, credential_id: int) -> Sequence[Passkey]:
    """Return the passkeys of an account, the oldest first."""
    return session.scalars(
        select(Passkey)
        .where(Passkey.credential_id == credential_id)
        .order_by(Passkey.id)
        .execution_options(populate_existing=True)
    ).all()


def waiting(session: Session, credential_id: int, now: datetime) -> Sequence[Passkey]:
    """Return the passkeys of an account that come or go later than an instant (UTC)."""
    return session.scalars(
        select(Passkey)
        .where(
            Passkey.credential_id == credential_id,
            or_(Passkey.opens_at > now, Passkey.ends_at > now),
        )
        .order_by(Passkey.id)
    ).all()


def forget(session: Session, passkeys: Collection[Passkey]) -> None:
    """Delete passkeys."""
    for one in passkeys:
        session.delete(one)
    session.flush()


def forget_all(session: Session, credential_ids: Collection[int]) -> None:
    """Delete every passkey of these accounts; it opens nothing from this transaction on."""
    session.execute(
        delete(Passkey)
        .where(Passkey.credential_id.in_(credential_ids))
        .execution_options(synchronize_session=False)
    )
