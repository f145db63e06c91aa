"""The table of the dispatch calendar."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, primary_key, state_column
from portal.domain.foundation.texts import label_of
from portal.domain.mailroom.printing.dispatch.states import DISPATCH, DispatchState


class Dispatch(Base):
    """One planned posting: its day (JST), post office, number of letters, towns, and perhaps run.

    ``towns`` are names as people read them; ``sealed`` is a note of the staff under a key of its
    own.
    """

    __tablename__ = "dispatch"
    __table_args__ = (CheckConstraint("planned > 0", name="planned_positive"),)

    id: Mapped[int] = primary_key()
    day: Mapped[date] = mapped_column(index=True)
    post_office: Mapped[str] = mapped_column(String(60))
    planned: Mapped[int]
    towns: Mapped[list[Any]] = mapped_column(JSON)
    print_run_id: Mapped[int | None] = mapped_column(ForeignKey("print_run.id"))
    state: Mapped[str] = state_column(DISPATCH.initial)
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    @property
    def is_planned(self) -> bool:
        """Whether the letters were not sent yet, and the posting is not cancelled."""
        return self.state == DispatchState.PLANNED

    @property
    def state_name(self) -> str:
        """The label of its state, for staff."""
        return label_of(DispatchState, self.state)
