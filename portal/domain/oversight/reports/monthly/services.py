"""Monthly reports of any kind: typed texts, a version per check, submission by a second person."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError, NotAllowedError
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import _s, use_locale
from portal.domain.foundation.vault import seal_json
from portal.domain.foundation.work import Work
from portal.domain.oversight.reports.monthly.comments import refuse_open_comments
from portal.domain.oversight.reports.monthly.differences import (
    keep_differences,
    refuse_unexplained,
)
from portal.domain.oversight.reports.monthly.due import ReportKey, last_of
from portal.domain.oversight.reports.monthly.models import MonthlyReport, ReportVersion
from portal.domain.oversight.reports.monthly.states import DRAFT, REPORT
from portal.domain.oversight.reports.monthly.versions import Kind, newest_version, texts_place
from portal.domain.oversight.reports.tables import Report


def locked(work: Work, key: ReportKey) -> MonthlyReport:
    """Return a month's report, locked to the end of the transaction; create it if there is none.

    Raises:
        ConflictError: somebody else creates it at the same time.
    """
    statement = select(MonthlyReport).where(
        MonthlyReport.kind == key.kind, MonthlyReport.month == key.month
    )
    found = work.session.scalar(
        statement.with_for_update().execution_options(populate_existing=True)
    )
    if found is not None:
        return found
    _key, wrapped = work.vault.new_data_key()
    made = MonthlyReport(
        kind=key.kind,
        month=key.month,
        state=REPORT.initial,
        wrapped_key=wrapped,
        changed_at=work.now,
    )
    work.session.add(made)
    try:
        work.session.flush()
    except IntegrityError:
        raise ConflictError(
            _s("ほかの人が、いま同じ報告書を始めました。画面を開きなおしてください。")
        ) from None
    return made


def draft_of(work: Work, key: ReportKey) -> MonthlyReport:
    """Return a month's draft, locked for writing.

    Raises:
        ConflictError: the report is not a draft anymore.
    """
    report = locked(work, key)
    if report.state != DRAFT:
        raise ConflictError(
            _s("確認ずみの報告書は、書き変えられません。先に下書きに戻してください。")
        )
    return report


def write_texts(work: Work, key: ReportKey, texts: Mapping[str, str]) -> MonthlyReport:
    """Save the typed texts of a draft; the kind of report checks them beforehand.

    Raises:
        ConflictError: the report is not a draft anymore.
    """
    report = draft_of(work, key)
    report.sealed = seal_json(
        work.vault.unwrap(report.wrapped_key), dict(texts), texts_place(report)
    )
    report.changed_at = work.now
    record(
        work, "report.written", "monthly_report", report.id, kind=key.kind, month=_name(key.month)
    )
    return report


def check(work: Work, kind: Kind, month: date) -> ReportVersion:
    """Freeze a draft as its next version, whose content never changes again.

    Raises:
        WrongStateError: the report is not a draft.
        ConflictError: something is missing, or the month is not over; the message says what.
        NotAllowedError: the actor has no account.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("報告書を確認できるのは、アカウントのある職員だけです。"))
    report = locked(work, kind.key(month))
    state = REPORT.next(report.state, "check")
    if jst_date(work.now) <= last_of(month):
        raise ConflictError(
            _s("この月は、まだ終わっていません。月が終わってから確認してください。"),
            code="not_over",
        )
    with use_locale(SOURCE_LOCALE):
        draft = kind.build(work, month)
    if draft.missing:
        raise ConflictError("\n".join(sentence() for sentence in draft.missing), code="missing")
    report.state, report.version, report.changed_at = state, report.version + 1, work.now
    version = _frozen(work, report, draft.report)
    work.session.add(version)
    work.session.flush()
    keep_differences(work, version, draft.differences)
    _record(work, "report.checked", report)
    return version


def _frozen(work: Work, report: MonthlyReport, found: Report) -> ReportVersion:
    """Return the report's version with its content sealed and its digest."""
    content = asdict(found)
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    key, wrapped = work.vault.new_data_key()
    return ReportVersion(
        report_id=report.id,
        number=report.version,
        wrapped_key=wrapped,
        checked_by=work.actor.id,
        checked_at=work.now,
        sealed=seal_json(key, content, f"report:{report.id}:{report.version}"),
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def give_back(work: Work, key: ReportKey) -> MonthlyReport:
    """Return a checked report to draft; its version is kept, marked as returned.

    Raises:
        WrongStateError: the report is not checked.
    """
    return _back(work, key, "give_back")


def revise(work: Work, key: ReportKey) -> MonthlyReport:
    """Start a correction of a submitted report; what was submitted is kept unchanged.

    Raises:
        WrongStateError: the report is not submitted.
    """
    return _back(work, key, "revise")


def _back(work: Work, key: ReportKey, action: str) -> MonthlyReport:
    report = locked(work, key)
    report.state = REPORT.next(report.state, action)
    report.changed_at = work.now
    newest_version(work.session, report).returned_at = work.now
    _record(work, f"report.{action}", report)
    return report


def submit(work: Work, key: ReportKey, number: int) -> ReportVersion:
    """Record that the checked version ``number`` is submitted to the ward, by a second person.

    Raises:
        WrongStateError: the report is not checked.
        ConflictError: another version was checked meanwhile, or a figure differs from its recount
            and nobody has said why, or a comment is open.
        NotAllowedError: the actor checked this version, or has no account.
    """
    report = locked(work, key)
    state = REPORT.next(report.state, "submit")
    version = newest_version(work.session, report)
    if version.number != number:
        raise ConflictError(
            _s("ほかの版が確認されました。画面を開きなおして、内容を確かめてください。")
        )
    if work.actor.id is None or version.checked_by == work.actor.id:
        raise NotAllowedError(
            _s("自分が確認した報告書は、自分では提出できません。ほかの人が提出してください。"),
            code="own_check",
        )
    refuse_unexplained(work.session, version)
    refuse_open_comments(work.session, report)
    report.state, report.changed_at = state, work.now
    version.submitted_by, version.submitted_at = work.actor.id, work.now
    _record(work, "report.submitted", report)
    return version


def _record(work: Work, action: str, report: MonthlyReport) -> None:
    record(
        work,
        action,
        "monthly_report",
        report.id,
        kind=report.kind,
        month=_name(report.month),
        version=report.version,
    )


def _name(month: date) -> str:
    return f"{month:%Y-%m}"
