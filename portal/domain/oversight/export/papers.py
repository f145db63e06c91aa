"""Texts, document versions, minutes and reports of an export: as data, and as PDF for people."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.domain.contacts.scripts.queries import every_version, scripts
from portal.domain.foundation.work import Work
from portal.domain.letters.documents import queries as documents
from portal.domain.mailroom.incidents.models import CouponFault, IncidentReport
from portal.domain.mailroom.incidents.papers import report_content, report_pdf
from portal.domain.mailroom.roster.queries import imports
from portal.domain.oversight.export.scope import protected
from portal.domain.oversight.export.writing import Output
from portal.domain.oversight.management import checklist, minutes
from portal.domain.oversight.management.milestones import milestones
from portal.domain.oversight.management.questions import questions
from portal.domain.oversight.reports.incidents.coupon_faults import fault_report
from portal.domain.oversight.reports.incidents.reports import frozen_report
from portal.domain.oversight.reports.management import papers
from portal.domain.oversight.reports.management.plan import plan_report
from portal.domain.oversight.reports.management.progress import progress_report
from portal.domain.oversight.reports.management.registers import registers_report
from portal.domain.oversight.reports.management.ward_checklist import answered_xlsx
from portal.domain.oversight.reports.monthly import versions
from portal.domain.oversight.reports.monthly.models import MonthlyReport
from portal.domain.oversight.reports.outputs import as_pdf, as_xlsx
from portal.domain.oversight.reports.status.declines import decline_report
from portal.domain.oversight.reports.status.settlement import settlement_report
from portal.domain.oversight.reports.tables import Report
from portal.domain.oversight.reports.ward_documents import KINDS, source


def write_texts(work: Work, folder: Output) -> None:
    """Write the ward's current texts and forms, and every version submitted to the ward."""
    folder.put("texts/program.toml", work.program.path.read_bytes())
    for kind in KINDS:
        found = source(work.program, kind, work.now)
        folder.put(f"texts/{kind}.{_ending(found.file_name)}", found.content)
    for row in documents.versions(work.session, limit=None):
        folder.put(f"documents/{row.kind}-{row.number:03}.{_ending(row.file_name)}", row.content)
        if row.specimen is not None:
            folder.put(f"documents/{row.kind}-{row.number:03}-specimen.pdf", row.specimen)


def _ending(file_name: str) -> str:
    ending = file_name.rpartition(".")[2]
    return ending if ending in {"toml", "pdf"} else "bin"


def write_scripts(folder: Output, session: Session) -> None:
    """Write every version of every script."""
    columns = (
        "key",
        "part",
        "category",
        "number",
        "title",
        "title_en",
        "texts",
        "hidden",
        "at",
        "restored_from",
    )
    rows = [
        (
            one.key,
            one.part,
            one.category,
            one.number,
            one.draft.title,
            one.draft.title_en,
            dict(one.draft.texts),
            one.draft.hidden,
            one.at,
            one.restored_from,
        )
        for script in scripts(session, include_hidden=True)
        for one in every_version(session, script.key)
    ]
    folder.put_rows("texts/scripts", columns, rows)


def write_management(work: Work, folder: Output) -> None:
    """Write plan, progress, milestones, minutes, questions, checklist, registers and receipts.

    Minutes are written in every version.
    """
    for name, report in (
        ("plan", plan_report(work)),
        ("progress", progress_report(work)),
        ("questions", papers.questions_report(work)),
        ("checklist", papers.checklist_report(work)),
        ("registers", registers_report(work)),
    ):
        write_report(folder, f"management/{name}", report, work.now)
    folder.put_json(
        "management/milestones.json",
        [asdict(one) for one in milestones(work)],
    )
    folder.put_json("management/open_questions.json", [asdict(one) for one in questions(work)])
    folder.put_json(
        "management/checklist_answers.json",
        [asdict(one) for one in checklist.answers(work)],
    )
    folder.put("management/ward_checklist.xlsx", answered_xlsx(work))
    folder.put_json(
        "management/checklist_versions.json",
        [asdict(one) for one in checklist.history(work)],
    )
    for meeting in minutes.meetings(work, limit=None):
        for row in minutes.versions(work.session, meeting.minutes_id, limit=None):
            one = minutes.one(work, meeting.minutes_id, row.number)
            report = papers.minutes_report(work, one)
            write_report(
                folder,
                f"management/minutes-{one.minutes_id:03}-{row.number:02}",
                report,
                row.written_at,
            )
    for found in imports(work.session, 100_000):
        report = papers.receipt_report(work, found.id)
        write_report(folder, f"management/receipt-{found.id:04}", report, found.created_at)


def write_reports(work: Work, folder: Output, *, with_protected: bool) -> None:
    """Write every frozen version of every report, and today's reports on declines and settlement.

    These are the monthly reports and the reports on incidents and refused coupons.
    """
    for row in work.session.scalars(
        select(MonthlyReport).order_by(MonthlyReport.kind, MonthlyReport.month)
    ).all():
        for version in versions.versions(work.session, row):
            report = versions.covered(work, row, version)
            write_report(
                folder,
                f"reports/{row.kind}-{row.month:%Y-%m}-{version.number:02}",
                report,
                version.checked_at,
            )
    for paper in work.session.scalars(select(IncidentReport).order_by(IncidentReport.id)).all():
        name = f"reports/incident-{paper.incident_id}-{paper.kind}-{paper.number:02}"
        folder.put(f"{name}.pdf", report_pdf(work.vault, paper))
        folder.put(f"{name}.xlsx", as_xlsx(frozen_report(work.vault, paper)))
        folder.put_json(f"{name}.json", report_content(work.vault, paper))
    for fault in work.session.scalars(_faults(with_protected=with_protected)).all():
        write_report(
            folder,
            f"reports/coupon-fault-{fault.id:05}",
            fault_report(work, fault),
            work.now,
        )
    write_report(folder, "reports/declines", decline_report(work), work.now)
    write_report(folder, "reports/settlement", settlement_report(work), work.now)


def _faults(*, with_protected: bool) -> Select[CouponFault]:
    statement = select(CouponFault).order_by(CouponFault.id)
    return (
        statement
        if with_protected
        else statement.where(CouponFault.household_id.not_in(protected()))
    )


def write_report(folder: Output, path: str, report: Report, made: datetime) -> None:
    """Write a report as PDF, as workbook and as JSON."""
    folder.put(f"{path}.pdf", as_pdf(report, made))
    folder.put(f"{path}.xlsx", as_xlsx(report))
    folder.put_json(f"{path}.json", asdict(report))
