"""Read approvals."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.states import PROPOSED


def approval_by_id(session: Session, approval_id: int | None) -> Approval | None:
    """Return an approval, decided or not; None if no approval has this key."""
    return session.get(Approval, approval_id) if approval_id is not None else None


def open_of_kind(session: Session, kind: str) -> list[Approval]:
    """Return the open proposals of a kind, oldest first."""
    statement = select(Approval).where(Approval.kind == kind, Approval.state == PROPOSED)
    return list(session.scalars(statement.order_by(Approval.id)))


def open_for(session: Session, kind: str, subject: str, ids: Iterable[int]) -> dict[int, Approval]:
    """Return the open proposal of each subject that has one."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = session.scalars(
        select(Approval).where(
            Approval.kind == kind,
            Approval.subject == subject,
            Approval.subject_id.in_(wanted),
            Approval.state == PROPOSED,
        )
    )
    return {row.subject_id: row for row in rows if row.subject_id is not None}
