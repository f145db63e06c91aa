"""Tables of scripts; a text that was never edited has no row, but is read from the data files."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, primary_key


class ScriptHead(Base):
    """A script that somebody edited or added; ``number`` is that of its newest version.

    Writers lock this row.
    """

    __tablename__ = "script"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    part: Mapped[str] = mapped_column(String(20))
    category: Mapped[str] = mapped_column(String(20), default="")
    number: Mapped[int] = mapped_column(default=0)


class ScriptVersion(Base):
    """The content of a script from ``at`` (UTC) on.

    Versions are only ever added; ``restored_from`` is the one it repeats. ``texts`` is keyed by
    language code. ``hidden``: agents do not see the script.
    """

    __tablename__ = "script_version"
    __table_args__ = (UniqueConstraint("key", "number"),)

    id: Mapped[int] = primary_key()
    key: Mapped[str] = mapped_column(ForeignKey("script.key"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(80))
    title_en: Mapped[str] = mapped_column(String(80), default="")
    texts: Mapped[dict[str, str]] = mapped_column(JSON)
    hidden: Mapped[bool] = mapped_column(default=False)
    author_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    at: Mapped[datetime]
    restored_from: Mapped[int | None]
