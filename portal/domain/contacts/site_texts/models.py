"""The table of texts for the residents' pages."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.contacts.site_texts.states import SITE_TEXT, TextState
from portal.domain.contacts.ward_decides import Proposal
from portal.domain.foundation.base import primary_key, state_column


class SiteText(Proposal):
    """One text for a place, as one person wrote it and another released it.

    Attributes:
        place: A ``TextPlace``.
        texts: One text for each of the six languages; none: the product's own text.
        first_day: From when it is shown (JST).
        last_day: The last day on which it is shown; None: until another follows.
    """

    __tablename__ = "site_text"
    __table_args__ = (
        CheckConstraint("released_by IS NULL OR released_by <> written_by", name="four_eyes"),
        CheckConstraint("last_day IS NULL OR first_day <= last_day", name="days_in_order"),
    )

    id: Mapped[int] = primary_key()
    place: Mapped[str] = mapped_column(String(20), index=True)
    state: Mapped[str] = state_column(SITE_TEXT.initial)
    texts: Mapped[dict[str, Any]] = mapped_column(JSON)
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    written_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    written_at: Mapped[datetime]
    released_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    released_at: Mapped[datetime | None]

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for the second person."""
        return self.state == TextState.WRITTEN
