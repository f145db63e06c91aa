"""Tables of monthly reports: typed texts, checked and submitted versions, what differs in them."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, primary_key, state_column
from portal.domain.oversight.reports.monthly.states import COMMENT, REPORT


class MonthlyReport(Base):
    """One kind of report for one month (its first day).

    ``sealed`` holds the typed texts, under a key of the row's own. ``version`` is the number of the
    newest frozen version, 0 while there is none.
    """

    __tablename__ = "monthly_report"
    __table_args__ = (UniqueConstraint("kind", "month"),)

    id: Mapped[int] = primary_key()
    kind: Mapped[str] = mapped_column(String(20))
    month: Mapped[date]
    state: Mapped[str] = state_column(REPORT.initial)
    version: Mapped[int] = mapped_column(default=0)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    changed_at: Mapped[datetime]


class ReportVersion(Base):
    """A report as it was when somebody checked it, never changed afterwards.

    ``sealed`` is the whole content, and ``sha256`` is of the content. Whoever checked a version
    does not submit it. ``returned_at``: when it went back to draft, or was revised after its
    submission (UTC).
    """

    __tablename__ = "report_version"
    __table_args__ = (
        UniqueConstraint("report_id", "number"),
        CheckConstraint("submitted_by IS NULL OR submitted_by <> checked_by", name="four_eyes"),
    )

    id: Mapped[int] = primary_key()
    report_id: Mapped[int] = mapped_column(ForeignKey("monthly_report.id"))
    number: Mapped[int]
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    checked_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    checked_at: Mapped[datetime]
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    submitted_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]


class ReportDifference(Base):
    """A figure of a checked version that its recount contradicts.

    ``sealed`` is why, written by somebody who did not check the version (``given_by``), once.
    """

    __tablename__ = "report_difference"
    __table_args__ = (
        UniqueConstraint("version_id", "figure"),
        CheckConstraint("given_by IS NULL OR given_by <> checked_by", name="second_person"),
        CheckConstraint("(given_by IS NULL) = (sealed IS NULL)", name="reason_whole"),
    )

    id: Mapped[int] = primary_key()
    version_id: Mapped[int] = mapped_column(ForeignKey("report_version.id"))
    figure: Mapped[str] = mapped_column(String(20))
    reported_cases: Mapped[int]
    reported_children: Mapped[int]
    reported_yen: Mapped[int]
    recounted_cases: Mapped[int]
    recounted_children: Mapped[int]
    recounted_yen: Mapped[int]
    checked_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    given_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    given_at: Mapped[datetime | None]


class ReportComment(Base):
    """A comment on a report before it is handed in, or an answer to one (``answers_id``).

    ``sealed`` is the text, under a key of the row's own. Only a comment is settled, no answer.
    """

    __tablename__ = "report_comment"
    __table_args__ = (
        CheckConstraint("(settled_by IS NULL) = (settled_at IS NULL)", name="settled_whole"),
    )

    id: Mapped[int] = primary_key()
    report_id: Mapped[int] = mapped_column(ForeignKey("monthly_report.id"), index=True)
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("report_comment.id"))
    state: Mapped[str] = state_column(COMMENT.initial)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    written_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    written_at: Mapped[datetime]
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    settled_at: Mapped[datetime | None]


class ReportNote(Base):
    """A question, complaint or shared matter that a person chose and wrote without names.

    ``sealed`` is the sentence; ``call_id`` is the call that it is about, if any.
    """

    __tablename__ = "report_note"
    __table_args__ = (
        Index(
            "uq_report_note_call",
            "report_id",
            "call_id",
            unique=True,
            sqlite_where=text("dropped_at IS NULL"),
            postgresql_where=text("dropped_at IS NULL"),
        ),
    )

    id: Mapped[int] = primary_key()
    report_id: Mapped[int] = mapped_column(ForeignKey("monthly_report.id"))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call_record.id"))
    kind: Mapped[str] = mapped_column(String(20))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    written_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    written_at: Mapped[datetime]
    dropped_at: Mapped[datetime | None]
