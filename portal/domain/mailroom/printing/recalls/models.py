"""Tables of recall lists and the letters on them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, primary_key, state_column
from portal.domain.mailroom.printing.recalls.states import RECALL


class RecallList(Base):
    """One list of letters that the mail house is asked to take out; it is sent once."""

    __tablename__ = "pull_list"
    __table_args__ = (UniqueConstraint("print_run_id", "number"),)

    id: Mapped[int] = primary_key()
    print_run_id: Mapped[int] = mapped_column(ForeignKey("print_run.id"))
    number: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    sent_at: Mapped[datetime | None]
    sent_file_id: Mapped[int | None] = mapped_column(ForeignKey("sent_file.id"))


class RecalledLetter(Base):
    """One letter of a recall list: why it is recalled (``RecallReason``), and the answer."""

    __tablename__ = "pull_letter"
    __table_args__ = (
        CheckConstraint("(letter_id IS NULL) <> (bare_letter_id IS NULL)", name="one_letter"),
    )

    id: Mapped[int] = primary_key()
    pull_list_id: Mapped[int] = mapped_column(ForeignKey("pull_list.id"), index=True)
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id"), unique=True)
    bare_letter_id: Mapped[int | None] = mapped_column(ForeignKey("bare_letter.id"), unique=True)
    reason: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = state_column(RECALL.initial)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
