"""Tables of call counts: their sources, the versions of each day, and the rows of a version."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, primary_key

WHOLE_DAY = -1
"""The half hour of a day that was typed as a whole."""


class CountImport(Base):
    """One file of the telephone system, or one typed day.

    ``sha256`` is the file's; empty if it was typed.
    """

    __tablename__ = "telephony_import"

    id: Mapped[int] = primary_key()
    source: Mapped[str] = mapped_column(String(10))
    layout: Mapped[str] = mapped_column(String(60), default="")
    sha256: Mapped[str] = mapped_column(String(64), default="")
    imported_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    imported_at: Mapped[datetime]
    rows: Mapped[int]


class CountDay(Base):
    """One version of a JST day's counts; the one without ``replaced_at`` is in force.

    ``whole``: counted after the day's business was over. ``reason``: why this version replaced
    another. ``halves``: by half hour the sums over all languages and lines of the fields in
    ``day_versions.KEPT``, so that a board reads one row a day.
    """

    __tablename__ = "telephony_day"
    __table_args__ = (
        Index(
            "uq_telephony_day_current",
            "day",
            unique=True,
            sqlite_where=text("replaced_at IS NULL"),
            postgresql_where=text("replaced_at IS NULL"),
        ),
    )

    id: Mapped[int] = primary_key()
    day: Mapped[date]
    import_id: Mapped[int] = mapped_column(ForeignKey("telephony_import.id"), index=True)
    whole: Mapped[bool]
    replaced_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(20))
    halves: Mapped[dict[str, list[int | None]]] = mapped_column(JSON)


class CallCount(Base):
    """Calls of one half hour, language and line; never changed after they were stored.

    Times are in seconds. ``half_hour``: 0 is 00:00–00:30, 47 is 23:30–24:00; -1 is a whole day that
    was typed. What the telephone system does not measure is None, never 0.
    """

    __tablename__ = "telephony_count"
    __table_args__ = (
        UniqueConstraint(
            "day_id", "half_hour", "language", "line", name="uq_telephony_count_place"
        ),
        CheckConstraint("half_hour BETWEEN -1 AND 47", name="half_hour"),
        CheckConstraint("offered >= 0 AND answered >= 0 AND abandoned >= 0", name="not_negative"),
        CheckConstraint("answered + abandoned <= offered", name="adds_up"),
    )

    id: Mapped[int] = primary_key()
    day_id: Mapped[int] = mapped_column(ForeignKey("telephony_day.id"))
    half_hour: Mapped[int]
    language: Mapped[str] = mapped_column(String(10))
    line: Mapped[str] = mapped_column(String(40), default="")
    offered: Mapped[int]
    answered: Mapped[int]
    abandoned: Mapped[int]
    busy: Mapped[int | None]
    short_abandoned: Mapped[int | None]
    within: Mapped[int | None]
    talk: Mapped[int | None]
    after_call: Mapped[int | None]
