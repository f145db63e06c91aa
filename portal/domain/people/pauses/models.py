"""The table of pauses in what is sent to a household."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, primary_key, state_column
from portal.domain.people.pauses.states import PAUSE, PauseState

IS_ON = "state = 'on'"


class SendingPause(Base):
    """One pause of a household, for the question to the ward that it was begun with.

    It counts until its end is recorded, also when ``ends_at`` (UTC) has passed: nothing goes out
    while no worker runs. The partial unique index keeps a household from having two at once.
    """

    __tablename__ = "sending_pause"
    __table_args__ = (
        Index(
            "uq_sending_pause_on",
            "household_id",
            unique=True,
            postgresql_where=text(IS_ON),
            sqlite_where=text(IS_ON),
        ),
    )

    id: Mapped[int] = primary_key()
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalation.id"), index=True)
    state: Mapped[str] = state_column(PAUSE.initial)
    begun_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))

    @property
    def is_on(self) -> bool:
        """Whether nothing goes out to the household."""
        return self.state == PauseState.ON
