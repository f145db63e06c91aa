"""Tables of copies of the data and of restore drills; neither holds anything personal."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, BigId, primary_key, state_column
from portal.domain.foundation.texts import label_of
from portal.domain.oversight.copies.kinds import CopyKind, Outcome
from portal.domain.oversight.copies.states import COPY, CopyState


class DataCopy(Base):
    """One copy; its key is its number, which is never given twice.

    ``owner`` is the person or organization that answers for it, ``until`` the last day on which it
    may exist. ``destroyed_by`` is None where the program itself removed its file.
    """

    __tablename__ = "data_copy"
    __table_args__ = (
        CheckConstraint("(state = 'destroyed') = (destroyed_at IS NOT NULL)", name="destroyed_at"),
        Index("ix_data_copy_due", "state", "until"),
    )

    id: Mapped[int] = primary_key()
    kind: Mapped[str] = mapped_column(String(20))
    place: Mapped[str] = mapped_column(String(300))
    owner: Mapped[str] = mapped_column(String(80))
    purpose: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None] = mapped_column(BigId)
    taken_at: Mapped[datetime]
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    until: Mapped[date]
    state: Mapped[str] = state_column(COPY.initial)
    destroyed_at: Mapped[datetime | None]
    destroyed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    destroyed_how: Mapped[str | None] = mapped_column(String(200))

    @property
    def kind_name(self) -> str:
        """The label of its kind, for staff."""
        return label_of(CopyKind, self.kind)

    @property
    def state_name(self) -> str:
        """The label of its state, for staff."""
        return label_of(CopyState, self.state)

    @property
    def is_kept(self) -> bool:
        """Whether it still exists, as far as is recorded."""
        return self.state == CopyState.KEPT

    def is_overdue(self, today: date) -> bool:
        """Tell whether it exists although its last day (JST) is over."""
        return self.is_kept and self.until < today


class RestoreDrill(Base):
    """One restore onto an empty place that was compared with its backup.

    ``copy_id`` is the copy that the drill itself made. ``taken_at`` is the instant of the backup;
    ``restore_ms`` says how long it took until everything was compared, ``age_s`` how old the backup
    was, which is what would have been lost.
    """

    __tablename__ = "restore_drill"

    id: Mapped[int] = primary_key()
    at: Mapped[datetime] = mapped_column(index=True)
    copy_id: Mapped[int] = mapped_column(ForeignKey("data_copy.id"), index=True)
    backup_sha256: Mapped[str] = mapped_column(String(64))
    taken_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(20))
    households: Mapped[int]
    children: Mapped[int]
    yen: Mapped[int]
    rows_opened: Mapped[int]
    restore_ms: Mapped[int]
    age_s: Mapped[int]

    @property
    def outcome_name(self) -> str:
        """The label of its outcome, for staff."""
        return label_of(Outcome, self.outcome)

    @property
    def restore_seconds(self) -> float:
        """How long the restore took."""
        return self.restore_ms / 1000

    @property
    def lost_minutes(self) -> float:
        """How many minutes of records would have been lost."""
        return self.age_s / 60

    @property
    def is_same(self) -> bool:
        """Whether everything that was restored equalled the backup's figures."""
        return self.outcome == Outcome.SAME
