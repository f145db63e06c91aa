"""Security keys of the staff as they are stored: added, opened and deleted.

Whoever acts on the keys of an account has locked the account.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.foundation.vault import Vault, seal_json, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.people.authn.passkeys import Key
from portal.domain.people.staff.models import StaffKey


def _context(staff_id: int) -> str:
    return f"staff_key:{staff_id}"


def add(work: Work, staff_id: int, key: Key, *, sign_count: int) -> StaffKey:
    """Store a key of an account."""
    said = [key.number.hex(), key.public.hex(), key.owner.hex(), key.name]
    made = StaffKey(
        staff_id=staff_id,
        sealed=seal_json(work.vault.kek, said, _context(staff_id)),
        sign_count=sign_count,
        created_at=work.now,
    )
    work.session.add(made)
    work.session.flush()
    return made


def opened(vault: Vault, row: StaffKey) -> Key:
    """Decrypt what is sealed of a key; its name is the label that its owner gave it."""
    said = unseal_json(vault.kek, row.sealed, _context(row.staff_id))
    number, public, owner = (bytes.fromhex(one) for one in said[:3])
    return Key(number, public, owner, said[3])


def of_account(session: Session, staff_id: int) -> Sequence[StaffKey]:
    """Return the keys of an account, the oldest first."""
    return session.scalars(
        select(StaffKey)
        .where(StaffKey.staff_id == staff_id)
        .order_by(StaffKey.id)
        .execution_options(populate_existing=True)
    ).all()


def forget(session: Session, keys: Collection[int]) -> None:
    """Delete keys by their numbers."""
    session.execute(
        delete(StaffKey).where(StaffKey.id.in_(keys)).execution_options(synchronize_session="fetch")
    )


def forget_all(session: Session, staff_id: int) -> None:
    """Delete every key of an account; none signs in from this transaction on."""
    session.execute(
        delete(StaffKey)
        .where(StaffKey.staff_id == staff_id)
        .execution_options(synchronize_session="fetch")
    )


def has_keys(session: Session, staff_id: int) -> bool:
    """Return whether an account may sign in with a key."""
    one = select(StaffKey.id).where(StaffKey.staff_id == staff_id).limit(1)
    return session.scalar(one) is not None
