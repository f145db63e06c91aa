"""Reading monthly reports: today's draft, and frozen versions with their cover."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from msgspec import Struct
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
from portal.domain.oversight.reports.ledger.kinds import Compared
from portal.domain.oversight.reports.monthly.differences import (
    Difference,
    differences,
    reasons_table,
)
from portal.domain.oversight.reports.monthly.due import ReportKey, ReportKind, due_day
from portal.domain.oversight.reports.monthly.models import MonthlyReport, ReportVersion
from portal.domain.oversight.reports.monthly.states import DRAFT
from portal.domain.oversight.reports.tables import Report, ReportTable

Facts = Sequence[tuple[str, str]]


class Draft(Struct, frozen=True):
    """A report as it would be now.

    ``missing`` are sentences that explain why it cannot be checked yet; empty if it can. The report
    is for the ward and always Japanese; the sentences are built in the reader's language.
    ``compared`` are both counts of the figures that the contract is paid by.
    """

    report: Report
    missing: tuple[Callable[[], str], ...] = ()
    compared: tuple[Compared, ...] = ()

    @property
    def differences(self) -> tuple[Compared, ...]:
        """The figures whose recount gives something else."""
        return tuple(one for one in self.compared if not one.agrees)


class Kind(Struct, frozen=True):
    """A kind of monthly report: its stored name, and the function that builds a month's draft."""

    name: ReportKind
    build: Callable[[Work, date], Draft]

    def key(self, month: date) -> ReportKey:
        """Return what identifies the report of a month."""
        return ReportKey(self.name, month)


def month_report(session: Session, key: ReportKey) -> MonthlyReport | None:
    """Return the row of a month's report, or None if nobody has written to it."""
    return session.scalar(
        select(MonthlyReport).where(
            MonthlyReport.kind == key.kind, MonthlyReport.month == key.month
        )
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
        raise _version_missing()
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


def with_cover(report: Report, facts: Facts) -> Report:
    """Return the report with the facts of its cover before its own."""
    return replace(report, facts=(*facts, *report.facts), cover=True)


def cover(program: Program, key: ReportKey, version: ReportVersion | None) -> Facts:
    """Return the facts of a cover: month, version (None: a draft), day of submission, due day."""
    submitted = version.submitted_at if version is not None else None
    return (
        (
            _s("対象月"),
            _s("%(year)s年%(month)s月") % {"year": key.month.year, "month": key.month.month},
        ),
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
        (_s("提出期限"), format_wareki(due_day(program, key))),
    )


def covered(work: Work, report: MonthlyReport, version: ReportVersion) -> Report:
    """Return a frozen version with its cover, and with the reasons of what differs in it."""
    key = ReportKey(report.kind, report.month)
    found = content(work.vault, report, version)
    differ = differences(work, version)
    if differ:
        found = replace(found, tables=(*found.tables, reasons_table(differ)))
    return with_cover(found, cover(work.program, key, version))


class ShownReport(Struct, frozen=True):
    """The report of a month as shown to a reader; None if nothing is submitted yet.

    ``missing`` is that of the draft, in sentences. ``differences`` are the figures that the recount
    contradicts, in the draft without reasons.
    """

    report: Report | None
    version: ReportVersion | None = None
    missing: tuple[str, ...] = ()
    differences: Sequence[Difference] = ()


def shown_to_writers(work: Work, kind: Kind, month: date) -> ShownReport:
    """Return the current report with its cover: the checked or submitted version, or the draft."""
    report = month_report(work.session, kind.key(month))
    if report is not None and report.state != DRAFT:
        return _shown(work, report, newest_version(work.session, report))
    with use_locale(SOURCE_LOCALE):
        draft = kind.build(work, month)
        found = with_cover(draft.report, cover(work.program, kind.key(month), None))
    return ShownReport(
        found,
        None,
        tuple(sentence() for sentence in draft.missing),
        [Difference(one.figure, one.reported, one.recounted, "") for one in draft.differences],
    )


def shown_to_readers(work: Work, key: ReportKey) -> ShownReport:
    """Return the version that was submitted last with its cover, if any was."""
    report = month_report(work.session, key)
    version = newest_submitted(work.session, report)
    if report is None or version is None:
        return ShownReport(None)
    return _shown(work, report, version)


def any_version(work: Work, key: ReportKey, number: int) -> ShownReport:
    """Return one version with its cover. Raises NotFoundError."""
    report = month_report(work.session, key)
    if report is None:
        raise _version_missing()
    return _shown(work, report, version_of(work.session, report, number))


def submitted_version(work: Work, key: ReportKey, number: int) -> ShownReport:
    """Return one version that was submitted, with its cover. Raises NotFoundError."""
    report = month_report(work.session, key)
    version = version_of(work.session, report, number) if report is not None else None
    if report is None or version is None or version.submitted_at is None:
        raise _version_missing()
    return _shown(work, report, version)


def _shown(work: Work, report: MonthlyReport, version: ReportVersion) -> ShownReport:
    with use_locale(SOURCE_LOCALE):
        return ShownReport(
            covered(work, report, version),
            version,
            differences=differences(work, version),
        )


def _version_missing() -> NotFoundError:
    return NotFoundError(_s("この版の報告書は見つかりませんでした。"))


def newest_submitted(session: Session, report: MonthlyReport | None) -> ReportVersion | None:
    """Return the version that the ward has: the one submitted last, or None."""
    return next((one for one in versions(session, report) if one.submitted_at is not None), None)
