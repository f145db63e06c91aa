"""The table that ties a database to its program."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base


class Deployment(Base):
    """The one row that ties database, program and keys together, so that a wrong key is noticed."""

    __tablename__ = "deployment"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    program: Mapped[str] = mapped_column(String(1000))
    key_check: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    oldest_program: Mapped[str] = mapped_column(String(20), default="0.1.0", server_default="0.1.0")
    """The oldest version of the program that may write to these tables (decision 0016)."""
