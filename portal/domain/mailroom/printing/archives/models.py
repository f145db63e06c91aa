"""The table of encrypted archives of runs."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, primary_key, state_column
from portal.domain.foundation.texts import label_of
from portal.domain.mailroom.printing.archives.states import ARCHIVE, ArchiveState

LIVE = "state IN ('built', 'sent')"


class PrintArchive(Base):
    """One encrypted archive of a run, for one mail house.

    ``sealed_file_id`` is where every node finds it. Archives of version 0.1.0 have none: they lie
    as ``file_name`` in the folder of their run, on the machine that made them.

    ``letters`` is their number. Since letters are only ever removed from a run, an equal number
    later means the same letters.
    """

    __tablename__ = "print_archive"
    __table_args__ = (
        UniqueConstraint("print_run_id", "number"),
        Index(
            "uq_print_archive_live",
            "print_run_id",
            unique=True,
            postgresql_where=text(LIVE),
            sqlite_where=text(LIVE),
        ),
    )

    id: Mapped[int] = primary_key()
    print_run_id: Mapped[int] = mapped_column(ForeignKey("print_run.id"))
    number: Mapped[int]
    subcontractor_id: Mapped[int] = mapped_column(ForeignKey("subcontractor.id"))
    state: Mapped[str] = state_column(ARCHIVE.initial)
    file_name: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    letters: Mapped[int]
    children: Mapped[int]
    built_at: Mapped[datetime]
    built_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    sealed_file_id: Mapped[int | None] = mapped_column(ForeignKey("sealed_file.id"))
    sent_file_id: Mapped[int | None] = mapped_column(ForeignKey("sent_file.id"))
    sent_at: Mapped[datetime | None]
    lost_at: Mapped[datetime | None]

    @property
    def is_sent(self) -> bool:
        """Whether the archive was sent to its mail house."""
        return self.state == ArchiveState.SENT

    @property
    def state_name(self) -> str:
        """The label of its state, for staff."""
        return label_of(ArchiveState, self.state)
