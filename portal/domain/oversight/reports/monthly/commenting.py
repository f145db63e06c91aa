"""Write comments on a report that is not handed in, and settle them, each by its own side."""

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.oversight.reports.monthly.comments import seal_comment
from portal.domain.oversight.reports.monthly.due import ReportKey
from portal.domain.oversight.reports.monthly.models import MonthlyReport, ReportComment
from portal.domain.oversight.reports.monthly.notes import checked_words
from portal.domain.oversight.reports.monthly.services import locked
from portal.domain.oversight.reports.monthly.states import COMMENT, OPEN, SUBMITTED
from portal.domain.people.staff.models import StaffUser


def comment(work: Work, key: ReportKey, text: str, answers_id: int | None = None) -> ReportComment:
    """Write a comment on a report that is not handed in, or an answer to an open one.

    Raises:
        NotAllowedError: the actor has no account.
        ConflictError: the report was handed in, or the comment was settled meanwhile.
        NotFoundError: there is no such comment on this report.
        InputError: the text is empty or too long, or a person could be recognized in it.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("コメントを書けるのは、アカウントのある職員だけです。"))
    report = _not_handed_in(work, key)
    if answers_id is not None and _thread(work, report, answers_id).state != OPEN:
        raise ConflictError(_s("このコメントは、もう終わっています。画面を開きなおしてください。"))
    words = checked_words(text, work.program)
    if not words:
        raise InputError(_s("コメントを書いてください。"))
    _key, wrapped = work.vault.new_data_key()
    row = ReportComment(
        report_id=report.id,
        answers_id=answers_id,
        state=COMMENT.initial,
        wrapped_key=wrapped,
        sealed=b"",
        written_by=work.actor.id,
        written_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    seal_comment(work.vault, row, words)
    _record(work, "report.commented", report, row)
    return row


def settle(work: Work, key: ReportKey, comment_id: int) -> ReportComment:
    """Say that a comment is dealt with; only the side that began it can.

    Raises:
        NotAllowedError: the other side began it.
        ConflictError: the report was handed in.
        NotFoundError: there is no such comment on this report.
        WrongStateError: it is settled.
    """
    report = _not_handed_in(work, key)
    row = _thread(work, report, comment_id)
    began = work.session.get_one(StaffUser, row.written_by).organization
    if work.actor.id is None or work.actor.organization != began:
        raise NotAllowedError(
            _s("コメントを終わりにできるのは、それを書いた側の人だけです。"), code="other_side"
        )
    row.state = COMMENT.next(row.state, "settle")
    row.settled_by, row.settled_at = work.actor.id, work.now
    _record(work, "report.comment_settled", report, row)
    work.session.flush()
    return row


def _not_handed_in(work: Work, key: ReportKey) -> MonthlyReport:
    report = locked(work, key)
    if report.state == SUBMITTED:
        raise ConflictError(_s("提出した報告書には、コメントを書けません。"))
    return report


def _thread(work: Work, report: MonthlyReport, comment_id: int) -> ReportComment:
    row = work.session.get(ReportComment, comment_id)
    if row is None or row.report_id != report.id or row.answers_id is not None:
        raise NotFoundError(_s("このコメントは見つかりませんでした。"))
    return row


def _record(work: Work, action: str, report: MonthlyReport, row: ReportComment) -> None:
    record(
        work,
        action,
        "monthly_report",
        report.id,
        kind=report.kind,
        month=f"{report.month:%Y-%m}",
        comment=row.id,
    )
