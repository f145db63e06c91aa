"""Monthly reports of any kind: texts while a draft, a frozen version at the check, submitted by another person."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.actors import Actor
from portal.domain.audit.services import record
from portal.domain.clock import jst_date
from portal.domain.errors import ConflictError, NotAllowedError, NotFoundError
from portal.domain.program.schema import Program
from portal.domain.reports.due import due_day, last_of
from portal.domain.reports.models import MonthlyReport, ReportVersion
from portal.domain.reports.states import DRAFT, REPORT, SUBMITTED
from portal.domain.reports.tables import Report, ReportTable
from portal.domain.texts import SOURCE_LOCALE, _s, use_locale
from portal.domain.vault import Vault, seal_json, unseal_json
from portal.domain.wareki import format_wareki


@dataclass(frozen=True, slots=True)
class Draft:
    """A report as it would be now. ``missing``: sentences that say why it cannot be checked yet, none when it can."""

    report: Report
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of monthly report: its name in the table, and who writes the draft of a month."""

    name: str
    build: Callable[[Session, Vault, Program, date, datetime], Draft]


def month_report(session: Session, kind: str, month: date) -> MonthlyReport | None:
    """Return the row of a month's report; None while nobody has written to it."""
    return session.scalar(
        select(MonthlyReport).where(MonthlyReport.kind == kind, MonthlyReport.month == month)
    )


def locked(session: Session, vault: Vault, kind: str, month: date, now: datetime) -> MonthlyReport:
    """Return a month's report, locked to the end of the transaction; it is made where there is none.

    Raises:
        ConflictError: somebody else makes it at this moment.
    """
    statement = select(MonthlyReport).where(MonthlyReport.kind == kind, MonthlyReport.month == month)
    found = session.scalar(statement.with_for_update().execution_options(populate_existing=True))
    if found is not None:
        return found
    _key, wrapped = vault.new_data_key()
    made = MonthlyReport(kind=kind, month=month, state=REPORT.initial, wrapped_key=wrapped, changed_at=now)
    session.add(made)
    try:
        session.flush()
    except IntegrityError:
        raise ConflictError(
            _s("ほかの人が、いま同じ報告書を始めました。画面を開きなおしてください。")
        ) from None
    return made


def draft_of(session: Session, vault: Vault, kind: str, month: date, now: datetime) -> MonthlyReport:
    """Return a month's report for writing, locked.

    Raises:
        ConflictError: it is no draft any more.
    """
    report = locked(session, vault, kind, month, now)
    if report.state != DRAFT:
        raise ConflictError(_s("確認ずみの報告書は、書き変えられません。先に下書きに戻してください。"))
    return report


def texts_of(vault: Vault, report: MonthlyReport | None) -> dict[str, str]:
    """Return the typed texts of a report, by section."""
    if report is None or report.sealed is None:
        return {}
    opened: dict[str, str] = unseal_json(vault.unwrap(report.wrapped_key), report.sealed, _place(report))
    return opened


def write_texts(
    session: Session,
    vault: Vault,
    kind: str,
    month: date,
    texts: Mapping[str, str],
    actor: Actor,
    now: datetime,
) -> MonthlyReport:
    """Keep the typed texts of a draft; what they may hold is the kind's matter.

    Raises:
        ConflictError: it is no draft any more.
    """
    report = draft_of(session, vault, kind, month, now)
    report.sealed = seal_json(vault.unwrap(report.wrapped_key), dict(texts), _place(report))
    report.changed_at = now
    record(session, actor, now, "report.written", "monthly_report", report.id, kind=kind, month=_name(month))
    return report


def check(
    session: Session, vault: Vault, program: Program, kind: Kind, month: date, actor: Actor, now: datetime
) -> ReportVersion:
    """Freeze a draft as its next version; from here on its content stays as it is.

    Raises:
        WrongStateError: it is no draft.
        ConflictError: something is missing, or the month is not over; the message says what.
        NotAllowedError: the actor has no account.
    """
    if actor.id is None:
        raise NotAllowedError(_s("報告書を確認できるのは、アカウントのある職員だけです。"))
    report = locked(session, vault, kind.name, month, now)
    state = REPORT.next(report.state, "check")
    if jst_date(now) <= last_of(month):
        raise ConflictError(
            _s("この月は、まだ終わっていません。月が終わってから確認してください。"), code="not_over"
        )
    with use_locale(SOURCE_LOCALE):
        draft = kind.build(session, vault, program, month, now)
    if draft.missing:
        raise ConflictError("\n".join(draft.missing), code="missing")
    report.state, report.version, report.changed_at = state, report.version + 1, now
    content = asdict(draft.report)
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    key, wrapped = vault.new_data_key()
    version = ReportVersion(
        report_id=report.id, number=report.version, wrapped_key=wrapped, checked_by=actor.id, checked_at=now,
        sealed=seal_json(key, content, f"report:{report.id}:{report.version}"),
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )  # fmt: skip
    session.add(version)
    session.flush()
    _note(session, actor, now, "report.checked", report)
    return version


def give_back(
    session: Session, vault: Vault, kind: str, month: date, actor: Actor, now: datetime
) -> MonthlyReport:
    """Make a checked report a draft again; its version is kept, marked as given back.

    Raises:
        WrongStateError: it is not checked.
    """
    return _back(session, vault, kind, month, "give_back", actor, now)


def revise(
    session: Session, vault: Vault, kind: str, month: date, actor: Actor, now: datetime
) -> MonthlyReport:
    """Begin a correction of a submitted report; what was submitted is kept as it is.

    Raises:
        WrongStateError: it is not submitted.
    """
    return _back(session, vault, kind, month, "revise", actor, now)


def _back(
    session: Session, vault: Vault, kind: str, month: date, action: str, actor: Actor, now: datetime
) -> MonthlyReport:
    report = locked(session, vault, kind, month, now)
    report.state = REPORT.next(report.state, action)
    report.changed_at = now
    newest_version(session, report).returned_at = now
    _note(session, actor, now, f"report.{action}", report)
    return report


def submit(
    session: Session, vault: Vault, kind: str, month: date, number: int, actor: Actor, now: datetime
) -> ReportVersion:
    """Note that the checked version ``number`` goes to the ward; by another person than the one who checked it.

    Raises:
        WrongStateError: it is not checked.
        ConflictError: another version was checked meanwhile.
        NotAllowedError: this person checked it.
    """
    report = locked(session, vault, kind, month, now)
    state = REPORT.next(report.state, "submit")
    version = newest_version(session, report)
    if version.number != number:
        raise ConflictError(_s("ほかの版が確認されました。画面を開きなおして、内容を確かめてください。"))
    if actor.id is None or version.checked_by == actor.id:
        raise NotAllowedError(
            _s("自分が確認した報告書は、自分では提出できません。ほかの人が提出してください。"),
            code="own_check",
        )
    report.state, report.changed_at = state, now
    version.submitted_by, version.submitted_at = actor.id, now
    _note(session, actor, now, "report.submitted", report)
    return version


def newest_version(session: Session, report: MonthlyReport) -> ReportVersion:
    """Return the version that was checked last. Raises NotFoundError where none was."""
    return version_of(session, report, report.version)


def version_of(session: Session, report: MonthlyReport, number: int) -> ReportVersion:
    """Return one version. Raises NotFoundError."""
    found = session.scalar(
        select(ReportVersion).where(ReportVersion.report_id == report.id, ReportVersion.number == number)
    )
    if found is None:
        raise NotFoundError(_s("この版の報告書は見つかりませんでした。"))
    return found


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
        (_s("版"), _s("第%(n)s版") % {"n": version.number} if version is not None else _s("下書き")),
        (_s("提出日"), format_wareki(jst_date(submitted)) if submitted is not None else _s("（まだ提出していません）")),
        (_s("提出期限"), format_wareki(due_day(program, kind, month))),
        *report.facts,
    )  # fmt: skip
    return Report(
        title=report.title, addressee=report.addressee, sender=report.sender, facts=facts, tables=report.tables,
        notes=report.notes, cover=True,
    )  # fmt: skip


def current(
    session: Session, vault: Vault, program: Program, kind: Kind, month: date, now: datetime
) -> tuple[Report, ReportVersion | None]:
    """Return the report that counts now, with its cover: the checked or submitted version, else the draft."""
    report = month_report(session, kind.name, month)
    with use_locale(SOURCE_LOCALE):
        if report is not None and report.state != DRAFT:
            version = newest_version(session, report)
            return covered(program, kind.name, month, content(vault, report, version), version), version
        draft = kind.build(session, vault, program, month, now)
        return covered(program, kind.name, month, draft.report, None), None


def is_submitted(session: Session, kind: str, month: date) -> bool:
    """Tell whether a month's report is with the ward."""
    report = month_report(session, kind, month)
    return report is not None and report.state == SUBMITTED


def _note(session: Session, actor: Actor, now: datetime, action: str, report: MonthlyReport) -> None:
    record(
        session, actor, now, action, "monthly_report", report.id, kind=report.kind, month=_name(report.month),
        version=report.version,
    )  # fmt: skip


def _name(month: date) -> str:
    return f"{month:%Y-%m}"


def _place(report: MonthlyReport) -> str:
    return f"report_texts:{report.id}"
