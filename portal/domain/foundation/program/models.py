"""The table that ties a database to its program."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base


class Deployment(Base):
    """The one row that ties database, program and keys together, so that a wrong one is noticed.

    Attributes:
        program: The name of the program; version 0.1.0 wrote its path, if it was set by one.
        program_title: Ward and program in Japanese. Empty as below.
        key_check: Random bytes that the first key sealed.
        index_check: A digest that only the key ``index`` makes; so the next two with theirs. Empty
            until ``portal db upgrade`` in a database of version 0.1.0.
    """

    __tablename__ = "deployment"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    program: Mapped[str] = mapped_column(String(1000))
    program_title: Mapped[str | None] = mapped_column(String(1000))
    key_check: Mapped[bytes] = mapped_column(LargeBinary)
    index_check: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    pepper_check: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    token_check: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime]
    oldest_program: Mapped[str] = mapped_column(String(20), default="0.1.0", server_default="0.1.0")
    """The oldest version of the program that may write to these tables (decision 0016)."""
