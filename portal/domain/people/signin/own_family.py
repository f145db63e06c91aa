"""A signed-in household with its children and coupons, read together with its session.

One statement for all that a page of the household shows, because each costs as much as the rest of
the page (decision 0052). Nothing of it is ever kept for the next request.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, and_

from portal.domain.foundation.base import table_of
from portal.domain.foundation.vault import Vault
from portal.domain.foundation.wide_reads import Reads, WideRead
from portal.domain.people.authn import sessions
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.queries import HouseholdCoupon, OwnCoupon, latest_of_each
from portal.domain.people.credentials.models import Credential
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Child, Household
from portal.domain.people.households.records import open_child
from portal.domain.people.signin.session_check import (
    LIVING,
    session_key,
)


class Also(StrEnum):
    """What a household may have besides; most have nothing of it, and pages ask only then."""

    REQUESTS = "requests"
    FAULTS = "faults"
    MOVED = "moved"
    CHANGES = "changes"


@dataclass(frozen=True, slots=True)
class SealedChild:
    """A child whose name is not opened yet."""

    ordinal: int
    sealed: bytes = field(repr=False)
    person_digest: bytes = field(repr=False)


class ChildName(Struct, frozen=True):
    """A child's name as the ward has it, and its reading; "" where the ward's extract has none.

    A reading is never guessed: a name that is read wrong is worse than one without a reading.
    """

    name: str
    kana: str

    def __repr__(self) -> str:
        """Show nothing personal."""
        return "ChildName(…)"


@dataclass(frozen=True, slots=True)
class Family:
    """What a page of a signed-in household shows of it.

    Attributes:
        id: The household's key.
        wrapped_key: The data key of its children's fields.
        own_password: Whether it chose a password of its own.
        children: Its children, oldest first.
        coupons: One entry for each child with an entitlement, oldest first.
        also: What else it has, of what the page asked for.
    """

    id: int
    wrapped_key: bytes = field(repr=False)
    own_password: bool
    children: tuple[SealedChild, ...]
    coupons: tuple[HouseholdCoupon, ...]
    also: frozenset[Also] = frozenset()

    def names(self, vault: Vault) -> dict[int, ChildName]:
        """Return the children's names with their readings by their numbers, oldest first.

        Raises:
            IntegrityFaultError: a wrong key, or a row that was changed or moved.
        """
        key = vault.unwrap(self.wrapped_key)
        opened = {
            child.ordinal: open_child(key, child.sealed, child.person_digest)
            for child in self.children
        }
        return {place: ChildName(child.name, child.kana) for place, child in opened.items()}


_CHILDREN, _RIGHTS, _COUPONS, _BATCHES = (
    table_of(kind) for kind in (Child, Entitlement, Coupon, CouponBatch)
)
_C, _E, _K, _B = _CHILDREN.c, _RIGHTS.c, _COUPONS.c, _BATCHES.c
_HOUSEHOLD = (
    *(table_of(Household).c.id, table_of(Household).c.wrapped_key),
    table_of(Credential).c.own_password_hash.is_not(None),
)
_COLUMNS = (
    *(_C.id, _C.ordinal, _C.sealed, _C.person_digest),
    *(_E.id, _E.state, _E.amount_yen, _E.claimed_by, _E.claim_id),
    *(_B.exchange_end, _B.use_end, _B.stop, _B.wrapped_key),
    *(_K.id, _K.state, _K.revealed_at, _K.face_yen, _K.used_yen, _K.issuer_status),
    *(_K.issuer_as_of, _K.management_digest, _K.sealed, _K.qr_sealed),
)
_CHILD, _RIGHT, _BATCH, _COUPON = slice(0, 4), slice(4, 9), slice(9, 13), slice(13, 23)
"""Where the columns of each table stand among them."""
_FIRST = len(sessions.COLUMNS) + len(_HOUSEHOLD)
"""The session and the household come before them in a row."""


class FamilyRead:
    """One page's statement, built once: building it takes longer than running it."""

    def __init__(self, also: Mapping[Also, ColumnElement[bool]] | None = None) -> None:
        """Prepare to read a family, and whether it has each of ``also``.

        The conditions are about the tables of households and accounts.
        """
        self._also = tuple(also or {})
        conditions = [condition.label(name) for name, condition in (also or {}).items()]
        statement = (
            LIVING.with_only_columns(
                *(*sessions.COLUMNS, *_HOUSEHOLD, *_COLUMNS, *conditions),
                maintain_column_froms=True,
            )
            .outerjoin(_CHILDREN, _C.household_id == Household.id)
            .outerjoin(_RIGHTS, and_(_E.child_id == _C.id, _E.household_id == Household.id))
            .outerjoin(_COUPONS, _K.entitlement_id == _E.id)
            .outerjoin(_BATCHES, _B.id == _K.batch_id)
            .order_by(_C.ordinal, _K.id)
        )
        self._read = WideRead(statement)

    def of(self, reads: Reads, token: str, now: datetime) -> tuple[AuthSession, Family] | None:
        """Return the active session of an ID with its family; None if it ended.

        The session is no row of the transaction: nothing that is changed in it is kept.
        """
        rows = reads.rows(self._read, session_key(token, now))
        if not rows:
            return None
        first = rows[0]
        if (auth := sessions.from_row(first, now)) is None:
            return None
        has = first[_FIRST + len(_COLUMNS) :]
        also = frozenset(name for name, one in zip(self._also, has, strict=True) if one)
        own = first[len(sessions.COLUMNS) : _FIRST]
        return auth, _family(own, [row[_FIRST:] for row in rows], also)


def _family(own: Sequence[Any], read: Sequence[Any], also: frozenset[Also]) -> Family:
    household_id, wrapped_key, own_password = own
    children: dict[int, SealedChild] = {}
    entries: list[HouseholdCoupon] = []
    for row in read:
        child_id, ordinal, sealed, digest = row[_CHILD]
        if child_id is None:  # a household without children
            continue
        children[ordinal] = SealedChild(ordinal, sealed, digest)
        entitlement_id, state, yen, claimed_by, claim_id = row[_RIGHT]
        if entitlement_id is None:
            continue
        exchange_end, use_end, stop, key = row[_BATCH]
        coupon = OwnCoupon(*row[_COUPON]) if key is not None else None
        entries.append(
            HouseholdCoupon(
                child_id,
                ordinal,
                entitlement_id,
                state,
                yen,
                coupon,
                exchange_end,
                use_end,
                claimed_by,
                claim_id,
                stop or "",
                key or b"",
            )
        )
    coupons = tuple(latest_of_each(entries))
    return Family(
        household_id, wrapped_key, bool(own_password), tuple(children.values()), coupons, also
    )
