"""The digests of each table, made anew with another search key, and what is sealed for a digest.

A digest is made from the sealed value beside it, and only if the key of before makes the stored one
from it: so nothing is renamed that was something else. A row whose sealed value is gone keeps its
digest, which leads nowhere.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.orm import Session

from portal.domain.foundation.base import Base, table_of
from portal.domain.foundation.vault import Vault, seal, unseal
from portal.domain.mailroom.roster.checks.stored_keys import (
    child_keys,
    every_day,
    household_keys,
    likely_child_key,
)
from portal.domain.mailroom.roster.models import StagedChild, StagedHousehold
from portal.domain.oversight.keys.index_change import Change, Values, batches, not_ours, put
from portal.domain.people.authn.codes import address_digest, secret_of
from portal.domain.people.authn.models import OtpAuthenticator, Passkey, ThrottleBucket
from portal.domain.people.authn.passkeys import key_digest, opened
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.sealed import (
    code_digest,
    management_digest,
    seal_code,
    seal_qr,
    unseal_code,
    unseal_qr,
)
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import login_digest
from portal.domain.people.households.models import Child, Household
from portal.domain.people.households.records import (
    birth_digest,
    birth_digests,
    household_digest,
    open_child,
    open_household,
    person_digest,
    seal_child,
    seal_household,
)
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.sign_in import account_key

Progress = Callable[[int], None]
"""Learns how many rows of a table were looked at."""
Renew = Callable[[Session, Change, Progress], int]


def households(session: Session, change: Change, progress: Progress) -> int:
    """Renew stored and staged households; return how many there are."""
    rows = 0
    for model in (Household, StagedHousehold):
        columns = (
            model.id,
            model.number_digest,
            model.wrapped_key,
            model.sealed,
            model.birth_digest,
        )
        taken_in = select(*columns).where(func.length(model.sealed) > 0)
        for batch in batches(session, model.id, taken_in):
            put(session, model, (_household(change, model, row) for row in batch))
            rows += len(batch)
            progress(rows)
    _absent(session, change)
    return rows


def _absent(session: Session, change: Change) -> None:
    """Renew households that an extract has and that were not taken in, as far as they are stored.

    Only the digest is there. It says that a stored household is not gone, and nothing else.
    """
    staged = StagedHousehold
    statement = select(staged.id, staged.number_digest).where(func.length(staged.sealed) == 0)
    for batch in batches(session, staged.id, statement):
        known = [row for row in batch if row.number_digest in change.moved]
        put(
            session,
            staged,
            ({"id": row.id, "number_digest": change.moved[row.number_digest]} for row in known),
        )


def _household(change: Change, model: type[Household | StagedHousehold], row: Row[Any]) -> Values:
    old = row.number_digest
    key = change.before.unwrap(row.wrapped_key)
    fields = open_household(key, row.sealed, old)
    found = change.found(household_digest, old, household_keys(fields))
    if found is None:
        raise not_ours(model, row.id)
    new = change.moved[old]
    change.household_keys[new] = found
    birth = None
    if row.birth_digest is not None:
        birth = _birth_anew(change, (model, row.id), row, fields.birth)
    return {
        "id": row.id,
        "number_digest": new,
        "sealed": seal_household(key, fields, new),
        "birth_digest": birth,
    }


def _birth_anew(
    change: Change, place: tuple[type[Base], int], row: Row[Any], birth: date | None
) -> bytes:
    """Return the digest of a birth date, which is made with the pepper for the number's digest."""
    number = row.number_digest
    # a later extract may say less of a date than the one whose digest is kept
    for day in (birth,) if birth is not None else every_day():
        if row.birth_digest in birth_digests(change.before, number, day):
            return birth_digest(change.after, change.moved[number], day)
    raise not_ours(*place)


def children(session: Session, change: Change, progress: Progress) -> int:
    """Renew stored and staged children, after their households; return how many there are."""
    rows = 0
    for model, home in ((Child, Household), (StagedChild, StagedHousehold)):
        statement = select(
            model.id, model.person_digest, model.sealed, home.wrapped_key, home.number_digest
        ).join(home, home.id == model.household_id)
        statement = statement.where(func.length(model.sealed) > 0)
        for batch in batches(session, model.id, statement):
            put(session, model, (_child(change, model, row) for row in batch))
            rows += len(batch)
            progress(rows)
    return rows


def _child(change: Change, model: type[Child | StagedChild], row: Row[Any]) -> Values:
    key, old = change.before.unwrap(row.wrapped_key), row.person_digest
    fields = open_child(key, row.sealed, old)

    def candidates() -> Iterator[str]:
        home = change.household_keys.get(row.number_digest, "")
        if fields.person_no:
            yield from child_keys(fields, home)
        yield likely_child_key(fields, home)
        # a child without a number keeps the digest of the household that it came from
        yield from (likely_child_key(fields, one) for one in change.household_keys.values())
        if not fields.person_no:
            yield from child_keys(fields, home)

    new = change.anew(person_digest, (model, row.id), old, candidates())
    return {"id": row.id, "person_digest": new, "sealed": seal_child(key, fields, new)}


def coupons(session: Session, change: Change, progress: Progress) -> int:
    """Renew numbers and codes of coupons; return how many there are."""
    statement = select(
        Coupon.id,
        Coupon.management_digest,
        Coupon.code_digest,
        Coupon.sealed,
        Coupon.qr_sealed,
        CouponBatch.wrapped_key,
    ).join(CouponBatch, CouponBatch.id == Coupon.batch_id)
    rows = 0
    for batch in batches(session, Coupon.id, statement):
        put(session, Coupon, (_coupon(change, row) for row in batch))
        rows += len(batch)
        progress(rows)
    return rows


def _coupon(change: Change, row: Row[Any]) -> Values:
    key, old, place = change.before.unwrap(row.wrapped_key), row.management_digest, (Coupon, row.id)
    code = unseal_code(key, old, row.sealed)
    new = change.anew(management_digest, place, old, (code.management_no,))
    worth = change.anew(_worth, place, row.code_digest, ((code.code, code.url),))
    image = unseal_qr(key, old, row.qr_sealed) if row.qr_sealed else None
    return {
        "id": row.id,
        "management_digest": new,
        "code_digest": worth,
        "sealed": seal_code(key, new, code),
        "qr_sealed": row.qr_sealed if image is None else seal_qr(key, new, image),
    }


def _worth(vault: Vault, code: tuple[str, str]) -> bytes:
    return code_digest(vault, *code)


def logins(session: Session, change: Change, progress: Progress) -> int:
    """Renew the IDs of accounts; return how many there are."""
    statement = select(Credential.id, Credential.login_digest, Credential.login_sealed).where(
        func.length(Credential.login_sealed) > 0
    )
    rows = 0
    for batch in batches(session, Credential.id, statement):
        put(session, Credential, (_login(change, row) for row in batch))
        rows += len(batch)
        progress(rows)
    return rows


def _login(change: Change, row: Row[Any]) -> Values:
    login = unseal(change.before.kek, row.login_sealed, row.login_digest)
    new = change.anew(login_digest, (Credential, row.id), row.login_digest, (login.decode(),))
    return {"id": row.id, "login_digest": new, "login_sealed": seal(change.after.kek, login, new)}


def addresses(session: Session, change: Change, progress: Progress) -> int:
    """Renew the addresses to which codes are sent; return how many there are."""
    rows, source = 0, OtpAuthenticator
    statement = select(source.id).where(source.address_digest.is_not(None))
    for batch in batches(session, source.id, statement):
        found = session.scalars(select(source).where(source.id.in_([key for (key,) in batch])))
        put(session, source, [_address(change, row) for row in found])
        rows += len(batch)
        progress(rows)
    return rows


def _address(change: Change, row: OtpAuthenticator) -> Values:
    old, address = row.address_digest or b"", secret_of(change.before, row)
    new = change.anew(address_digest, (OtpAuthenticator, row.id), old, (address,))
    return {"id": row.id, "address_digest": new}


def passkeys(session: Session, change: Change, progress: Progress) -> int:
    """Renew the digests by which passkeys are found; return how many there are."""
    rows = 0
    for batch in batches(session, Passkey.id, select(Passkey.id)):
        found = session.scalars(select(Passkey).where(Passkey.id.in_([key for (key,) in batch])))
        put(session, Passkey, [_passkey(change, row) for row in found])
        rows += len(batch)
        progress(rows)
    return rows


def _passkey(change: Change, row: Passkey) -> Values:
    number = opened(change.before, row).number
    new = change.anew(key_digest, (Passkey, row.id), row.key_digest, (number,))
    return {"id": row.id, "key_digest": new}


def tries(session: Session, change: Change, progress: Progress) -> int:
    """Let the counters of tries go on, after all accounts; return how many counters there are."""
    for login in session.scalars(select(StaffUser.login)):
        old, new = (account_key(vault, login) for vault in (change.before, change.after))
        change.moved[bytes.fromhex(old)] = bytes.fromhex(new)
    table = table_of(ThrottleBucket)
    keys = session.scalars(select(table.c.key)).all()
    renamed = [{"was": key, "now": new} for key in keys if (new := _key_anew(change, key)) != key]
    if renamed:
        renaming = update(table).where(table.c.key == bindparam("was"))
        session.execute(renaming.values(key=bindparam("now")), renamed)
    progress(len(keys))
    return len(keys)


def _key_anew(change: Change, key: str) -> str:
    limit, _colon, counted = key.rpartition(":")
    try:
        new = change.moved.get(bytes.fromhex(counted))
    except ValueError:  # of something that has a number or a name
        return key
    return f"{limit}:{new.hex()}" if new is not None else key


RENEWED: Mapping[tuple[str, str], Renew] = {
    ("household", "number_digest"): households,
    ("child", "person_digest"): children,
    ("coupon", "management_digest"): coupons,
    ("credential", "login_digest"): logins,
    ("otp_authenticator", "address_digest"): addresses,
    ("passkey", "key_digest"): passkeys,
    ("throttle_bucket", "key"): tries,
}
"""In this order: children need the keys of households, counters the digests of accounts."""
