"""The program and keys that a database belongs to: one row, written at the first start."""

from sqlalchemy.orm import Session

from portal.domain.foundation.program.models import Deployment


def deployment(session: Session) -> Deployment | None:
    """Return the row; None before the first start."""
    return session.get(Deployment, 1)


def keep_deployment(session: Session, row: Deployment) -> None:
    """Store, at the first start, what this database belongs to."""
    session.add(row)
    session.flush()
