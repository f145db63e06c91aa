"""What follows another pepper: birth dates at once, passwords with their next sign-in.

A password is known to nobody but its owner. So its hash gets the newest pepper when it was typed
and right, and the pepper before stays until nothing needs it. The same is true of backup codes.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, cast

from msgspec import Struct
from sqlalchemy import CursorResult, Row, case, func, select, update
from sqlalchemy.orm import Session

from portal.domain.foundation.base import Base
from portal.domain.foundation.key_ring import sealing_key
from portal.domain.foundation.vault import Vault, opening_for_nobody
from portal.domain.foundation.work import Transaction, Work
from portal.domain.mailroom.roster.models import StagedHousehold
from portal.domain.oversight.keys.sealing_anew import AT_ONCE, Passed, Progress
from portal.domain.people.authn.models import BackupCode
from portal.domain.people.authn.passwords import mark_of
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.states import LIVING
from portal.domain.people.households.models import Household
from portal.domain.people.households.records import birth_digests, open_household
from portal.domain.people.staff.models import StaffUser

HASH, BIRTH = "password_hash", "birth_digest"
HOLDERS = (Household, StagedHousehold)
"""Tables with digests of birth dates, and the dates themselves, sealed."""
Held = Row[int, bytes, bytes, bytes, bytes | None]
"""Key, digest of the number, data key, fields and digest of the birth date of a household."""


class _Change(Struct, frozen=True):
    """A digest that an earlier pepper made, and the one that replaces it."""

    key: int
    before: bytes
    after: bytes


def renew_births(write: Transaction, vault: Vault, progress: Progress) -> Passed:
    """Make the digests of all birth dates with the newest pepper, a few rows at a time.

    Killed anywhere, it is begun again and passes over what is done.

    Raises:
        IntegrityFaultError: no key opens a row; the rows before it are done.
    """
    rows = changed = 0
    for model in HOLDERS:
        last = seen = 0
        while True:
            with write() as session:
                batch = _rows(session, model, last)
                changed += sum(_put(session, model, one) for one in _changes(vault, batch))
            if not batch:
                break
            last, seen = batch[-1][0], seen + len(batch)
            progress(_named(model, BIRTH), seen)
        rows += seen
    return Passed(rows, changed)


def need_earlier_pepper(work: Work, made_until: datetime) -> dict[str, int]:
    """Return what only a pepper before the newest can check, by column.

    Of backup codes, of which nobody sees by which pepper they were made, those count that were made
    before ``made_until``.
    """
    newest = mark_of(sealing_key(work.vault.pepper))
    own = Credential.own_password_hash.is_not(None) & Credential.activated_at.is_not(None)
    in_use = case((own, Credential.own_password_hash), else_=Credential.password_hash)
    conditions = {
        _named(Credential, HASH): (Credential.state.in_(LIVING), ~in_use.endswith(newest)),
        _named(StaffUser, HASH): (
            StaffUser.active.is_(True),
            ~StaffUser.password_hash.endswith(newest),
        ),
        _named(BackupCode, "digest"): (
            BackupCode.used_at.is_(None),
            BackupCode.created_at < made_until,
        ),
    }
    found = {
        name: work.session.scalar(select(func.count()).where(*wanted)) or 0
        for name, wanted in conditions.items()
    }
    for model in HOLDERS:
        found[_named(model, BIRTH)] = sum(1 for _change in _all_changes(work, model))
    return {name: number for name, number in found.items() if number}


def _named(model: type[Base], column: str) -> str:
    return f"{model.__tablename__}.{column}"


def _all_changes(work: Work, model: type[Household | StagedHousehold]) -> Iterator[_Change]:
    last = 0
    while batch := _rows(work.session, model, last):
        last = batch[-1][0]
        yield from _changes(work.vault, batch)


def _rows(session: Session, model: type[Household | StagedHousehold], after: int) -> Sequence[Held]:
    """Return the next rows with a digest of a birth date."""
    columns = (model.id, model.number_digest, model.wrapped_key, model.sealed, model.birth_digest)
    statement = (
        select(*columns)
        .where(model.id > after, model.birth_digest.is_not(None))
        .order_by(model.id)
        .limit(AT_ONCE)
    )
    return session.execute(statement).all()


def _changes(vault: Vault, rows: Iterable[Held]) -> Iterator[_Change]:
    for key, number, wrapped, sealed, digest in rows:
        with opening_for_nobody():
            birth = open_household(vault.unwrap(wrapped), sealed, number).birth
        if birth is None or digest is None:
            continue
        newest, *earlier = birth_digests(vault, number, birth)
        if digest != newest and digest in earlier:
            yield _Change(key, digest, newest)


def _put(session: Session, model: type[Household | StagedHousehold], change: _Change) -> bool:
    statement = (
        update(model)
        .where(model.id == change.key, model.birth_digest == change.before)
        .values(birth_digest=change.after)
        .execution_options(synchronize_session=False, preserve_rowcount=True)
    )
    return cast("CursorResult[Any]", session.execute(statement)).rowcount == 1
