"""The program and keys that a database belongs to: one row, written at the first start."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.foundation.program.models import Deployment


def deployment(session: Session) -> Deployment | None:
    """Return the row; None before the first start."""
    return session.get(Deployment, 1)


def keep_deployment(session: Session, program: str, key_check: bytes, now: datetime) -> None:
    """Store, at the first start, what this database belongs to (``now``: UTC instant)."""
    session.add(Deployment(program=program, key_check=key_check, created_at=now))
    session.flush()
