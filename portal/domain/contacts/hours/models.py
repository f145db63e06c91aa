"""The table of changes of the opening hours."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.contacts.hours.states import OPENING_HOURS, HoursState
from portal.domain.contacts.ward_decides import Proposal
from portal.domain.foundation.base import primary_key, state_column
from portal.domain.foundation.texts import Labeled, _s


class HoursKind(Labeled):
    """What a change is about, as staff read it."""

    WEEK = "week", lambda: _s("曜日ごとの時間")
    SPECIAL = "special", lambda: _s("特別の日")


class OpeningHours(Proposal):
    """One change of the opening hours, as one person proposed it and the ward decided.

    Attributes:
        hours: Pairs of opening and closing time (``09:00``), None for closed: of a week seven from
            Monday on, of special days one.
        first_day: From when it holds (JST).
        last_day: The last special day; a week holds until another begins.
        reason: Why special days differ, in a word that residents read translated.
        paid_by: Who pays for it (specification 6(3)).
    """

    __tablename__ = "opening_hours"
    __table_args__ = (
        CheckConstraint("decided_by IS NULL OR decided_by <> proposed_by", name="four_eyes"),
        CheckConstraint("last_day IS NULL OR first_day <= last_day", name="days_in_order"),
    )

    id: Mapped[int] = primary_key()
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = state_column(OPENING_HOURS.initial)
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    hours: Mapped[list[Any]] = mapped_column(JSON)
    reason: Mapped[str | None] = mapped_column(String(20))
    paid_by: Mapped[str] = mapped_column(String(20))
    proposed_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    proposed_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    decided_at: Mapped[datetime | None]

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for the ward."""
        return self.state == HoursState.PROPOSED

    @property
    def is_refused(self) -> bool:
        """Whether the ward refused it."""
        return self.state == HoursState.REFUSED

    @property
    def is_week(self) -> bool:
        """Whether it is about the weekdays."""
        return self.kind == HoursKind.WEEK
