"""Households of which only money and final state were kept: who they were, nobody can read."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.people.households.models import DisposedHousehold


def disposed_digests(session: Session) -> frozenset[bytes]:
    """Return the digests of the numbers that no extract may bring back."""
    return frozenset(session.scalars(select(DisposedHousehold.number_digest)))


def disposed_household(session: Session, number_digest: bytes) -> DisposedHousehold | None:
    """Return what is noted of a household that was disposed of; None if it was not."""
    return session.scalar(
        select(DisposedHousehold).where(DisposedHousehold.number_digest == number_digest)
    )


def disposed_households(session: Session) -> list[DisposedHousehold]:
    """Return all of them, oldest first."""
    return list(session.scalars(select(DisposedHousehold).order_by(DisposedHousehold.id)))
