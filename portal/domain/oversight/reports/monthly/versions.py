"""Reading monthly reports: today's draft, and frozen versions with their cover."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s, use_locale
from portal.domain.foundation.vault import Vault, unseal_json
from portal.domain.foundation.wareki import format_wareki
from portal.domain.foundation.work import Work
from portal.domain.oversight.reports.monthly.due import due_day
from portal.domain.oversight.reports.monthly.models import MonthlyReport, ReportVersion
from portal.domain.oversight.reports.monthly.states import DRAFT
from portal.domain.oversight.reports.tables import Report, ReportTable


@dataclass(frozen=True, slots=True)
class Draft:
    """A report as it would be now.

    ``missing`` are sentences that tell why it cannot be checked yet; empty if it can. The report is
    for the ward and always Japanese; the sentences are built in the language of who reads the page.
    """

    report: Report
    missing: tuple[Callable[[], str], ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of monthly report: its stored name, and the function that builds a month's draft."""

    name: str
    build: Callable[[Work, date], Draft]


def month_report(session: Session, kind: str, month: date) -> MonthlyReport | None:
    """Return the row of a month's report, or None if nobody has written to it."""
    return session.scalar(
        select(MonthlyReport).where(MonthlyReport.kind == kind, MonthlyReport.month == month)
    )


def texts_of(vault: Vault, report: MonthlyReport | None) -> dict[str, str]:
    """Return the typed texts of a report, by section."""
    if report is None or report.sealed is None:
        return {}
    opened: dict[str, str] = unseal_json(
        vault.unwrap(report.wrapped_key), report.sealed, texts_place(report)
    )
    return opened


def texts_place(report: MonthlyReport) -> str:
    """Return the context to which a report's sealed texts are bound."""
    return f"report_texts:{report.id}"


def version_of(session: Session, report: MonthlyReport, number: int) -> ReportVersion:
    """Return one version. Raises NotFoundError."""
    found = session.scalar(
        select(ReportVersion).where(
            ReportVersion.report_id == report.id, ReportVersion.number == number
        )
    )
    if found is None:
        raise NotFoundError(_s("この版の報告書は見つかりませんでした。"))
    return found


def newest_version(session: Session, report: MonthlyReport) -> ReportVersion:
    """Return the version checked last. Raises NotFoundError if there is none."""
    return version_of(session, report, report.version)


def versions(session: Session, report: MonthlyReport | None) -> list[ReportVersion]:
    """Return all versions, the newest first."""
    if report is None:
        return []
    statement = select(ReportVersion).where(ReportVersion.report_id == report.id)
    return list(session.scalars(statement.order_by(ReportVersion.number.desc())))


def content(vault: Vault, report: MonthlyReport, version: ReportVersion) -> Report:
    """Return a version's content as it was frozen.

    Raises:
        IntegrityFaultError: the stored bytes were changed or moved.
    """
    place = f"report:{report.id}:{version.number}"
    values: dict[str, Any] = unseal_json(vault.unwrap(version.wrapped_key), version.sealed, place)
    tables = [ReportTable(**table) for table in values.pop("tables")]
    facts = [(label, value) for label, value in values.pop("facts")]
    return Report(**values, facts=facts, tables=tables)


def covered(
    program: Program, kind: str, month: date, report: Report, version: ReportVersion | None
) -> Report:
    """Return the report with the facts of its cover: month, version, day of submission, due day."""
    submitted = version.submitted_at if version is not None else None
    facts = (
        (_s("対象月"), _s("%(year)s年%(month)s月") % {"year": month.year, "month": month.month}),
        (
            _s("版"),
            _s("第%(n)s版") % {"n": version.number} if version is not None else _s("下書き"),
        ),
        (
            _s("提出日"),
            format_wareki(jst_date(submitted))
            if submitted is not None
            else _s("（まだ提出していません）"),
        ),
        (_s("提出期限"), format_wareki(due_day(program, kind, month))),
        *report.facts,
    )
    return Report(
        title=report.title,
        addressee=report.addressee,
        sender=report.sender,
        facts=facts,
        tables=report.tables,
        notes=report.notes,
        cover=True,
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """The report of a month as shown to a reader; None if nothing is submitted yet.

    ``missing`` is that of the draft, in sentences.
    """

    report: Report | None
    version: ReportVersion | None = None
    missing: tuple[str, ...] = ()


def shown(work: Work, kind: Kind, month: date, *, drafts: bool) -> Shown:
    """Return the current report with its cover: the checked or submitted version, else the draft.

    Readers without ``drafts`` get the version that was submitted last.
    """
    report = month_report(work.session, kind.name, month)
    if drafts and (report is None or report.state == DRAFT):
        with use_locale(SOURCE_LOCALE):
            draft = kind.build(work, month)
            cover = covered(work.program, kind.name, month, draft.report, None)
        return Shown(cover, None, tuple(sentence() for sentence in draft.missing))
    version = (
        newest_version(work.session, report)
        if drafts and report is not None
        else newest_submitted(work.session, report)
    )
    if report is None or version is None:
        return Shown(None)
    with use_locale(SOURCE_LOCALE):
        return Shown(
            covered(work.program, kind.name, month, content(work.vault, report, version), version),
            version,
        )


def frozen(work: Work, kind: str, month: date, number: int, *, drafts: bool) -> Shown:
    """Return one version with its cover; readers without ``drafts`` get submitted ones only.

    Raises NotFoundError.
    """
    report = month_report(work.session, kind, month)
    version = version_of(work.session, report, number) if report is not None else None
    if report is None or version is None or not (drafts or version.submitted_at):
        raise NotFoundError(_s("この版の報告書は見つかりませんでした。"))
    with use_locale(SOURCE_LOCALE):
        return Shown(
            covered(work.program, kind, month, content(work.vault, report, version), version),
            version,
        )


def newest_submitted(session: Session, report: MonthlyReport | None) -> ReportVersion | None:
    """Return the version that the ward has: the one submitted last, or None."""
    return next((one for one in versions(session, report) if one.submitted_at is not None), None)
