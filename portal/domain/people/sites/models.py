"""Tables of sites: the times in which a reserve site was switched on."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, primary_key, state_column
from portal.domain.people.sites.states import SWITCH

IS_ON = "state = 'on'"


class SiteSwitch(Base):
    """One period in which a reserve site was on: by whom, why (``sealed``), from and until when.

    ``ends_at`` (exclusive) counts even if nobody has recorded yet that it has passed. The partial
    unique index keeps a site from being switched on twice at once.
    """

    __tablename__ = "site_switch"
    __table_args__ = (
        Index(
            "uq_site_switch_on",
            "site",
            unique=True,
            postgresql_where=text(IS_ON),
            sqlite_where=text(IS_ON),
        ),
    )

    id: Mapped[int] = primary_key()
    site: Mapped[str] = mapped_column(String(30))
    state: Mapped[str] = state_column(SWITCH.initial)
    on_at: Mapped[datetime]
    on_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    ends_at: Mapped[datetime]
    off_at: Mapped[datetime | None]
    off_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
