"""Read the register of copies and the restore drills."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.oversight.copies.kinds import CopyKind
from portal.domain.oversight.copies.models import DataCopy, RestoreDrill
from portal.domain.oversight.copies.states import CopyState


def kept_copies(session: Session, kind: CopyKind | None = None) -> list[DataCopy]:
    """Return the copies that exist, the one whose last day comes first at the top."""
    statement = select(DataCopy).where(DataCopy.state == CopyState.KEPT)
    if kind is not None:
        statement = statement.where(DataCopy.kind == kind)
    return list(session.scalars(statement.order_by(DataCopy.until, DataCopy.id)))


def destroyed_copies(session: Session, limit: int | None = 20) -> list[DataCopy]:
    """Return the copies that were destroyed, newest first; all of them with ``limit`` None."""
    return list(
        session.scalars(
            select(DataCopy)
            .where(DataCopy.state == CopyState.DESTROYED)
            .order_by(DataCopy.destroyed_at.desc(), DataCopy.id.desc())
            .limit(limit)
        )
    )


def overdue_copies(session: Session, today: date, kind: CopyKind | None = None) -> list[DataCopy]:
    """Return the copies that exist although their last day (JST) is over, the oldest first."""
    return [row for row in kept_copies(session, kind) if row.is_overdue(today)]


def overdue_count(session: Session, today: date) -> int:
    """Return how many copies exist although their last day (JST) is over."""
    return (
        session.scalar(
            select(func.count())
            .select_from(DataCopy)
            .where(DataCopy.state == CopyState.KEPT, DataCopy.until < today)
        )
        or 0
    )


def last_backup_at(session: Session) -> datetime | None:
    """Return the instant of the newest backup that exists; None if there is none."""
    return session.scalar(
        select(func.max(DataCopy.taken_at)).where(
            DataCopy.kind == CopyKind.BACKUP, DataCopy.state == CopyState.KEPT
        )
    )


def last_drill(session: Session) -> RestoreDrill | None:
    """Return the newest restore drill; None before the first one."""
    return session.scalar(select(RestoreDrill).order_by(RestoreDrill.id.desc()).limit(1))


def drills(session: Session, limit: int = 20) -> list[RestoreDrill]:
    """Return the restore drills, newest first."""
    return list(session.scalars(select(RestoreDrill).order_by(RestoreDrill.id.desc()).limit(limit)))


def drill_by_id(session: Session, drill_id: int) -> RestoreDrill | None:
    """Return one drill; None if no drill has this key."""
    return session.get(RestoreDrill, drill_id)
