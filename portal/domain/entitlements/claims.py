"""One open request at a time decides over an entitlement: decline, alternative and change of recipient exclude each other."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.domain.actors import Actor
from portal.domain.audit.services import record, record_many
from portal.domain.entitlements.models import Entitlement
from portal.domain.entitlements.states import OPEN
from portal.domain.errors import ConflictError
from portal.domain.households.moved import under_confirmation
from portal.domain.texts import _

DECLINE, ALTERNATIVE, RECIPIENT_CHANGE = "decline", "alternative", "recipient_change"
KINDS = (DECLINE, ALTERNATIVE, RECIPIENT_CHANGE)


# put together once: every request of every kind comes by here
_CLAIMED = (
    select(Entitlement)
    .where(
        Entitlement.id.in_(bindparam("wanted", expanding=True)),
        Entitlement.household_id == bindparam("household_id"),
    )
    .order_by(Entitlement.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)


def claim(
    session: Session,
    household_id: int,
    entitlement_ids: Iterable[int],
    kind: str,
    claim_id: int,
    actor: Actor,
    now: datetime,
) -> list[Entitlement]:
    """Reserve entitlements of one household for the request ``claim_id``; all of them or none. Rows stay locked.

    Raises:
        ConflictError: one is not of this household, is decided already, or another request is open for it.
    """
    if kind not in KINDS:
        raise ValueError("unknown kind of claim")
    wanted = sorted(set(entitlement_ids))
    rows = list(session.scalars(_CLAIMED, {"wanted": wanted, "household_id": household_id}))
    if len(rows) != len(wanted) or not rows or any(row.state not in OPEN for row in rows):
        raise ConflictError(_("このこどもの分は、もう手続きが終わっています。画面を開きなおしてください。"))
    if any(row.claimed_by == RECIPIENT_CHANGE and row.claim_id != claim_id for row in rows):
        raise under_confirmation()
    if any(row.claimed_by is not None and row.claim_id != claim_id for row in rows):
        raise ConflictError(
            _("このこどもの分は、別の申請の手続き中です。その申請が終わるまで、お待ちください。"),
            code="claimed",
        )
    for row in rows:
        row.claimed_by, row.claim_id, row.changed_at = kind, claim_id, now
    session.flush()
    record_many(
        session, actor, now, "entitlement.claimed", "entitlement", [(row.id, household_id) for row in rows],
        kind=kind, request=claim_id,
    )  # fmt: skip
    return rows


def free(session: Session, entitlement_id: int, claim_id: int, actor: Actor, now: datetime) -> None:
    """Give an entitlement back after its request ended; another request's claim is left alone."""
    row = session.scalar(
        select(Entitlement)
        .where(Entitlement.id == entitlement_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or row.claim_id != claim_id:
        return
    kind = row.claimed_by
    row.claimed_by, row.claim_id, row.changed_at = None, None, now
    record(
        session, actor, now, "entitlement.freed", "entitlement", row.id, household_id=row.household_id, kind=kind,
        request=claim_id,
    )  # fmt: skip
    session.flush()
