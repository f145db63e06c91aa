"""Comments on a report before it is handed in: threads of both sides, read and counted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault, seal_json, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.oversight.reports.monthly.models import MonthlyReport, ReportComment
from portal.domain.oversight.reports.monthly.states import OPEN
from portal.domain.people.staff.models import StaffUser


@dataclass(frozen=True, slots=True)
class Said:
    """One comment or answer: the role and organization that said it, and when (UTC).

    The audit names the person; a report's page shows no names of staff.
    """

    role: str
    organization: str
    at: datetime
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Thread:
    """A comment with its answers; ``mine``: the reader's organization began it."""

    id: int
    first: Said
    answers: Sequence[Said]
    is_open: bool
    mine: bool


def threads(work: Work, report: MonthlyReport | None) -> Sequence[Thread]:
    """Return the comments on a report with their answers, the oldest first."""
    if report is None:
        return []
    rows = work.session.execute(
        select(ReportComment, StaffUser)
        .join(StaffUser, StaffUser.id == ReportComment.written_by)
        .where(ReportComment.report_id == report.id)
        .order_by(ReportComment.id)
    ).all()
    said = {row.id: _said(work.vault, row, writer) for row, writer in rows}
    return [
        Thread(
            row.id,
            said[row.id],
            [said[other.id] for other, _writer in rows if other.answers_id == row.id],
            row.state == OPEN,
            writer.organization == work.actor.organization,
        )
        for row, writer in rows
        if row.answers_id is None
    ]


def refuse_open_comments(session: Session, report: MonthlyReport) -> None:
    """Refuse to hand in a report with a comment that is not dealt with.

    Raises:
        ConflictError: the message says how many.
    """
    open_ = session.scalars(
        select(ReportComment.id).where(
            ReportComment.report_id == report.id,
            ReportComment.answers_id.is_(None),
            ReportComment.state == OPEN,
        )
    ).all()
    if open_:
        raise ConflictError(
            _s("終わっていないコメントが%(n)s件あります。書いた側が終わりにしてから提出します。")
            % {"n": len(open_)},
            code="open_comments",
        )


def _said(vault: Vault, row: ReportComment, writer: StaffUser) -> Said:
    opened = unseal_json(vault.unwrap(row.wrapped_key), row.sealed, _place(row.id))
    return Said(writer.role, writer.organization, row.written_at, str(opened["text"]))


def _place(comment_id: int) -> str:
    return f"report_comment:{comment_id}"


def seal_comment(vault: Vault, row: ReportComment, words: str) -> None:
    """Store what a comment says."""
    row.sealed = seal_json(vault.unwrap(row.wrapped_key), {"text": words}, _place(row.id))
