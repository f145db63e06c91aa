"""Read lists of shops: the one that counts on a day, and those before it."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.people.shops.models import Shop, ShopList

MOST_LISTS = 50


def list_of(session: Session, day: date) -> ShopList | None:
    """Return the list that counts on a day (JST); None if there is none yet."""
    return session.scalar(
        select(ShopList)
        .where(ShopList.valid_from <= day)
        .order_by(ShopList.valid_from.desc(), ShopList.id.desc())
        .limit(1)
    )


def shops_of(session: Session, list_id: int) -> Sequence[Shop]:
    """Return the shops of a list in the order of its file."""
    return session.scalars(select(Shop).where(Shop.list_id == list_id).order_by(Shop.place)).all()


def lists(session: Session) -> Sequence[ShopList]:
    """Return the lists that were loaded, the newest first, at most fifty."""
    return session.scalars(select(ShopList).order_by(ShopList.id.desc()).limit(MOST_LISTS)).all()
