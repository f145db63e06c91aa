"""The table of the row that sites write when a load balancer asks whether they are ready."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base


class Readiness(Base):
    """One row: when a site last found that the database takes writes."""

    __tablename__ = "readiness"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    written_at: Mapped[datetime]
