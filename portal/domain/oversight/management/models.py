"""Tables of project management with the ward.

What comes with the software has no row until somebody acts on it. What people type is sealed under
a key of the row's own, because it can name people.
"""

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, primary_key, state_column
from portal.domain.oversight.management.states import MILESTONE, MINUTES, QUESTION


class Milestone(Base):
    """What people recorded on one milestone; its day is in the program, never here.

    ``sealed``: owner, evidence, note.
    """

    __tablename__ = "milestone"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    state: Mapped[str] = state_column(MILESTONE.initial)
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    changed_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class Minutes(Base):
    """The minutes of one meeting with the ward; ``version`` is the newest. Writers lock it."""

    __tablename__ = "minutes"

    id: Mapped[int] = primary_key()
    held_on: Mapped[date]
    state: Mapped[str] = state_column(MINUTES.initial)
    version: Mapped[int] = mapped_column(default=0)


class MinutesVersion(Base):
    """Minutes as somebody saved them, never changed afterwards; ``sealed`` holds all texts.

    Whoever wrote a version does not confirm it.
    """

    __tablename__ = "minutes_version"
    __table_args__ = (
        UniqueConstraint("minutes_id", "number"),
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> written_by", name="four_eyes"),
    )

    id: Mapped[int] = primary_key()
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"))
    number: Mapped[int]
    held_on: Mapped[date]
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    written_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    written_at: Mapped[datetime]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    confirmed_at: Mapped[datetime | None]


class OpenQuestion(Base):
    """One question of the list 協議事項; the lowest numbers come with the software.

    ``sealed``: title, question and answer. An answer carries the ward's instruction number and
    date.
    """

    __tablename__ = "open_question"
    __table_args__ = (
        CheckConstraint(
            "state = 'open' OR (instruction_no IS NOT NULL AND instruction_on IS NOT NULL)",
            name="answer_instructed",
        ),
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    clause: Mapped[str] = mapped_column(String(40), default="")
    state: Mapped[str] = state_column(QUESTION.initial)
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    asked_on: Mapped[date | None]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    instruction_no: Mapped[str | None] = mapped_column(String(40))
    instruction_on: Mapped[date | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class Agreement(Base):
    """What the program said when the ward agreed it, and the question whose answer did.

    ``key`` is one of ``agreements.AgreedKey``, ``value`` a day or a number as the program has it.
    """

    __tablename__ = "agreement"

    key: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[str] = mapped_column(String(20))
    question: Mapped[int] = mapped_column(ForeignKey("open_question.number"), index=True)
    agreed_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    agreed_at: Mapped[datetime]


class ChecklistAnswer(Base):
    """One version of our answer to an item of the ward's security checklist.

    ``sealed``: answer, evidence. ``number`` counts the versions of an item; 0 is the answer of the
    software and has no row.
    """

    __tablename__ = "checklist_answer"
    __table_args__ = (UniqueConstraint("key", "number"),)

    id: Mapped[int] = primary_key()
    key: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    verdict: Mapped[str] = mapped_column(String(12))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    written_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    written_at: Mapped[datetime]


class WardChecklist(Base):
    """A checklist that the ward handed over as a file; the newest counts.

    ``columns`` are the names of the file's columns, so that it goes back as it came.
    """

    __tablename__ = "ward_checklist"

    id: Mapped[int] = primary_key()
    sha256: Mapped[str] = mapped_column(String(64))
    columns: Mapped[list[str]] = mapped_column(JSON)
    taken_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    taken_at: Mapped[datetime]


class WardQuestion(Base):
    """A question of the ward, in the newest file that has it; ``cells`` is its whole row there."""

    __tablename__ = "ward_question"
    __table_args__ = (Index("ix_ward_question_place", "checklist_id", "position"),)

    id: Mapped[int] = primary_key()
    checklist_id: Mapped[int] = mapped_column(ForeignKey("ward_checklist.id"))
    position: Mapped[int]
    number: Mapped[str] = mapped_column(String(20))
    question: Mapped[str] = mapped_column(String(1000))
    cells: Mapped[list[str]] = mapped_column(JSON)


class WardAnswer(Base):
    """One version of our answer to a question of the ward.

    ``item`` is the line of our own checklist whose proofs show it; ``sealed``: answer, evidence.
    """

    __tablename__ = "ward_answer"
    __table_args__ = (UniqueConstraint("question_id", "number"),)

    id: Mapped[int] = primary_key()
    question_id: Mapped[int] = mapped_column(ForeignKey("ward_question.id"))
    number: Mapped[int]
    item: Mapped[str | None] = mapped_column(String(40))
    verdict: Mapped[str] = mapped_column(String(12))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    written_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    written_at: Mapped[datetime]
