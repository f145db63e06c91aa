"""The table of lists with persons in them that left, or were to leave, as files."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, primary_key, state_column
from portal.domain.foundation.texts import label_of
from portal.domain.oversight.person_lists.kinds import ListKind
from portal.domain.oversight.person_lists.states import PERSON_LIST, ListState


class PersonList(Base):
    """One list; its key is its number, which stands on every sheet of it.

    ``sealed`` holds purpose, recipient, scope and the reason of a refusal. ``file`` is the file,
    encrypted for a key that is stored nowhere, and sealed once more. ``marks`` holds what traces a
    leaked sheet back: it stays when the file is gone. ``until`` is the last day (JST) on which the
    file and what was fetched may exist; ``due_at`` is when the present state ends by itself.
    """

    __tablename__ = "person_list"
    __table_args__ = (
        CheckConstraint("decided_by IS NULL OR decided_by <> requested_by", name="four_eyes"),
        Index("ix_person_list_due", "state", "due_at"),
    )

    id: Mapped[int] = primary_key()
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = state_column(PERSON_LIST.initial)
    requested_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"), index=True)
    requested_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    decided_at: Mapped[datetime | None]
    until: Mapped[date]
    due_at: Mapped[datetime]
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    made_at: Mapped[datetime | None]
    rows: Mapped[int | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    file: Mapped[bytes | None] = mapped_column(LargeBinary)
    marks: Mapped[bytes | None] = mapped_column(LargeBinary)
    copy_id: Mapped[int | None] = mapped_column(ForeignKey("data_copy.id"))
    fetched_at: Mapped[datetime | None]

    @property
    def kind_name(self) -> str:
        """The label of its kind, for staff."""
        return label_of(ListKind, self.kind)

    @property
    def state_name(self) -> str:
        """The label of its state, for staff."""
        return label_of(ListState, self.state)

    @property
    def file_name(self) -> str:
        """The name under which the file is fetched."""
        return f"list-{self.id}.xlsx.age"
