"""The table of declines: one item per child."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, primary_key, state_column

LIVE = "state IN ('submitted','returned_for_correction','unclear','awaiting_stop','accepted')"


class DeclineItem(Base):
    """One child's part of a decline.

    ``adult``: 18 or older on the day of the declaration (``domain.md`` §1.2 no. 8).
    ``countersigned_at``: when that person's own signed form reached us. The partial unique index
    keeps a child from being declined twice, by whatever channels its forms came.
    """

    __tablename__ = "decline_item"
    __table_args__ = (
        Index(
            "uq_decline_item_live",
            "entitlement_id",
            unique=True,
            postgresql_where=text(LIVE),
            sqlite_where=text(LIVE),
        ),
        Index("ix_decline_item_request", "request_id"),
    )

    id: Mapped[int] = primary_key()
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"))
    entitlement_id: Mapped[int] = mapped_column(ForeignKey("entitlement.id"), index=True)
    state: Mapped[str] = state_column("submitted")
    adult: Mapped[bool] = mapped_column(default=False)
    countersigned_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
