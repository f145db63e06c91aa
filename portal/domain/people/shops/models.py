"""Tables of the lists of shops; rows are only ever added."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, primary_key


class ShopList(Base):
    """One list as it was handed over.

    From ``valid_from`` (JST) it counts in place of every list before; of two that count from one
    day, the one that was loaded later. ``refused`` lines of its file were left out. ``loaded_by``
    is None for a command of the operator, whom the audit names.
    """

    __tablename__ = "shop_list"

    id: Mapped[int] = primary_key()
    valid_from: Mapped[date] = mapped_column(index=True)
    file_sha256: Mapped[str] = mapped_column(String(64))
    count: Mapped[int]
    refused: Mapped[int]
    loaded_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    loaded_at: Mapped[datetime]


class Shop(Base):
    """A shop of a list, at its place (from 1) in the file; telephone and kinds may be empty."""

    __tablename__ = "shop"

    list_id: Mapped[int] = mapped_column(ForeignKey("shop_list.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    kana: Mapped[str] = mapped_column(String(80))
    town: Mapped[str] = mapped_column(String(40))
    address: Mapped[str] = mapped_column(String(120))
    telephone: Mapped[str] = mapped_column(String(20))
    kinds: Mapped[str] = mapped_column(String(60))
