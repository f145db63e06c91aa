"""One open request at a time decides about an entitlement.

Decline, alternative and change of recipient exclude each other.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Protocol

from sqlalchemy import bindparam, select, update

from portal.domain.foundation.audit.services import record, record_many
from portal.domain.foundation.base import forget_changed, table_of
from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.texts import _
from portal.domain.foundation.work import Work
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.states import OPEN
from portal.domain.people.households.moved import under_confirmation


class ClaimKind(StrEnum):
    """The kind of the one open request that may decide about an entitlement."""

    DECLINE = "decline"
    ALTERNATIVE = "alternative"
    RECIPIENT_CHANGE = "recipient_change"


DECLINE, ALTERNATIVE, RECIPIENT_CHANGE = ClaimKind


class Claimable(Protocol):
    """A locked entitlement with its current values: what a claim has to know of it."""

    @property
    def id(self) -> int: ...  # noqa: D102  (columns of the table)
    @property
    def state(self) -> str: ...  # noqa: D102  (a column of the table)
    @property
    def claimed_by(self) -> str | None: ...  # noqa: D102  (a column of the table)
    @property
    def claim_id(self) -> int | None: ...  # noqa: D102  (a column of the table)


# built once, on the plain table: every request of every kind uses it
_TABLE = table_of(Entitlement)
_WANTED = _TABLE.c.id.in_(bindparam("wanted", expanding=True))
_CLAIMED = (
    select(_TABLE.c.id, _TABLE.c.state, _TABLE.c.claimed_by, _TABLE.c.claim_id)
    .where(_WANTED, _TABLE.c.household_id == bindparam("household_id"))
    .order_by(_TABLE.c.id)
    .with_for_update()
)
_CLAIM = (
    update(_TABLE)
    .where(_WANTED)
    .values(claimed_by=bindparam("kind"), claim_id=bindparam("request"), changed_at=bindparam("at"))
)


def claim(
    work: Work,
    household_id: int,
    entitlement_ids: Iterable[int],
    kind: ClaimKind,
    claim_id: int,
    *,
    read: Sequence[Claimable] | None = None,
) -> Sequence[Claimable]:
    """Reserve entitlements of one household for the request ``claim_id``, all or none.

    The rows stay locked. ``read`` are the household's rows if the caller has read and locked them
    in this transaction, which saves reading them again. Returns them with their former values.

    Raises:
        ConflictError: one is not of this household, is decided already, or is claimed by another
            open request.
    """
    wanted = sorted(set(entitlement_ids))
    keys = {"wanted": wanted, "household_id": household_id}
    rows = work.session.execute(_CLAIMED, keys).all() if read is None else read
    refuse_claimed(rows, wanted, claim_id)
    work.session.execute(
        _CLAIM, {"wanted": wanted, "kind": kind, "request": claim_id, "at": work.now}
    )
    forget_changed(work.session, Entitlement, wanted)
    record_many(
        work,
        "entitlement.claimed",
        "entitlement",
        [(row.id, household_id) for row in rows],
        kind=kind,
        request=claim_id,
    )
    return rows


def refuse_claimed(rows: Sequence[Claimable], wanted: Sequence[int], claim_id: int | None) -> None:
    """Refuse what ``claim`` would refuse, before anything is written.

    ``claim_id`` is None for a request that is yet to be opened.

    Raises:
        ConflictError: as for ``claim``.
    """
    if len(rows) != len(wanted) or not rows or any(row.state not in OPEN for row in rows):
        raise ConflictError(
            _("このこどもの分は、もう手続きが終わっています。画面を開きなおしてください。")
        )
    if any(row.claimed_by == RECIPIENT_CHANGE and row.claim_id != claim_id for row in rows):
        raise under_confirmation()
    if any(row.claimed_by is not None and row.claim_id != claim_id for row in rows):
        raise ConflictError(
            _("このこどもの分は、別の申請の手続き中です。その申請が終わるまで、お待ちください。"),
            code="claimed",
        )


def free(work: Work, entitlement_id: int, claim_id: int) -> None:
    """Release an entitlement after its request ended; another request's claim is left alone."""
    row = work.session.get(
        Entitlement, entitlement_id, with_for_update=True, populate_existing=True
    )
    if row is None or row.claim_id != claim_id:
        return
    kind = row.claimed_by
    row.claimed_by, row.claim_id, row.changed_at = None, None, work.now
    record(
        work,
        "entitlement.freed",
        "entitlement",
        row.id,
        household_id=row.household_id,
        kind=kind,
        request=claim_id,
    )
    work.session.flush()
