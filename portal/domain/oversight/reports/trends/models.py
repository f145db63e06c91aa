"""The table of published figures."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, primary_key


class TrendFigure(Base):
    """One published figure, never changed: of a day or a month, of a town or the whole ward.

    ``span`` is a day (2023-07-10) or a month (2023-07); ``town`` is "" for the whole ward.
    ``figure`` is a multiple of ten, None where it is hidden. Hidden towns have no row.
    """

    __tablename__ = "trend_figure"
    __table_args__ = (
        UniqueConstraint("span", "measure", "town"),
        CheckConstraint("figure >= 10 OR figure IS NULL", name="not_small"),
    )

    id: Mapped[int] = primary_key()
    span: Mapped[str] = mapped_column(String(10))
    first_day: Mapped[date]
    measure: Mapped[str] = mapped_column(String(12))
    town: Mapped[str] = mapped_column(String(80))
    figure: Mapped[int | None]
    published_at: Mapped[datetime]
