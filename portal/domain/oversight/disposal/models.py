"""The table of the disposal: one row, made when it begins, and never taken away."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, state_column
from portal.domain.oversight.disposal.states import DISPOSAL


class Disposal(Base):
    """The disposal of everything: who began it, how far it is, and what its certificate says.

    ``record`` is written before the first key goes, since nothing can be read afterwards; ``head``
    is the last signed head of the audit chain, as a line of its file.
    """

    __tablename__ = "disposal"

    id: Mapped[int] = mapped_column(primary_key=True, default=1, autoincrement=False)
    state: Mapped[str] = state_column(DISPOSAL.initial)
    begun_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    confirmed_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    begun_at: Mapped[datetime]
    keys_gone_at: Mapped[datetime | None]
    rows_gone_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    record: Mapped[dict[str, Any]] = mapped_column(JSON)
    head: Mapped[str | None]
