"""A second person says why a figure of a checked report differs from its recount."""

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.oversight.reports.monthly.differences import rows_of, seal_reason
from portal.domain.oversight.reports.monthly.due import ReportKey
from portal.domain.oversight.reports.monthly.models import ReportDifference
from portal.domain.oversight.reports.monthly.notes import checked_words
from portal.domain.oversight.reports.monthly.services import locked
from portal.domain.oversight.reports.monthly.states import CHECKED
from portal.domain.oversight.reports.monthly.versions import newest_version


def explain(work: Work, month_key: ReportKey, figure: str, reason: str) -> ReportDifference:
    """Record why a figure of the checked version differs; a second person writes it, once.

    Raises:
        ConflictError: the report is not checked, or the reason was written meanwhile.
        NotAllowedError: the actor checked this version, or has no account.
        NotFoundError: this figure does not differ.
        InputError: the reason is empty or too long, or a person could be recognized in it.
    """
    report = locked(work, month_key)
    if report.state != CHECKED:
        raise ConflictError(_s("理由を書けるのは、確認ずみで、まだ提出していない報告書だけです。"))
    version = newest_version(work.session, report)
    if work.actor.id is None or version.checked_by == work.actor.id:
        raise NotAllowedError(
            _s("自分が確認した報告書の理由は、自分では書けません。ほかの人が書いてください。"),
            code="own_check",
        )
    row = next((one for one in rows_of(work.session, version) if one.figure == figure), None)
    if row is None:
        raise NotFoundError(_s("この数字は、数えなおしと合っています。"))
    if row.sealed is not None:
        raise ConflictError(_s("この数字の理由は、もう書いてあります。"))
    words = checked_words(reason, work.program)
    if not words:
        raise InputError(_s("合わない理由を書いてください。"))
    seal_reason(work.vault, row, words)
    row.given_by, row.given_at = work.actor.id, work.now
    record(
        work,
        "report.explained",
        "monthly_report",
        report.id,
        kind=report.kind,
        version=version.number,
        figure=figure,
    )
    work.session.flush()
    return row
