"""Rows and tables that plan, progress report and other papers share."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy.orm import Session

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.texts import _s, label_of
from portal.domain.foundation.wareki import format_wareki
from portal.domain.foundation.work import Work
from portal.domain.letters.subcontractors.queries import in_chains
from portal.domain.letters.subcontractors.states import CompanyState
from portal.domain.oversight.management.milestones import MilestoneStatus
from portal.domain.oversight.management.questions import Question
from portal.domain.oversight.reports.tables import Cell, Report, ReportTable


def paper_of_today(work: Work, title: str, tables: Sequence[ReportTable]) -> Report:
    """Return a paper for the ward that says how things stand on the day it is written."""
    return Report(
        title=title,
        addressee=work.program.names.ward.ja,
        sender=work.program.names.contractor.ja,
        facts=(
            (_s("事業"), work.program.names.program.ja),
            (_s("作成日"), format_wareki(jst_date(work.now))),
        ),
        tables=tables,
    )


def company_rows(session: Session) -> list[tuple[Cell, ...]]:
    """Return the subcontractors in their chains: name, work, state, consent, certificate."""
    return [
        (
            link.path,
            link.row.work,
            label_of(CompanyState, link.row.state),
            instructed(link.row.consent_no, link.row.consent_on),
            instructed(link.row.certificate_no, link.row.certificate_until),
        )
        for link in in_chains(session)
    ]


def question_rows(found: Iterable[Question]) -> list[tuple[Cell, ...]]:
    """Return open questions: number, title, clause, state, instruction."""
    return [
        (
            str(one.number),
            one.title,
            one.clause,
            one.state.label,
            instructed(one.instruction_no, one.instruction_on),
        )
        for one in found
    ]


def instructed(number: str | None, day: date | None) -> str:
    """Format the number and day of an instruction or consent; "–" if there is none."""
    return f"{number} {format_wareki(day)}" if number and day is not None else "–"


def milestones_table(found: Sequence[MilestoneStatus]) -> ReportTable:
    """Return the milestones with their days, states, owners and evidence."""
    rows = [
        (
            one.key.label,
            format_wareki(one.day),
            one.state.label,
            one.owner,
            one.evidence,
        )
        for one in found
    ]
    columns = (_s("節目"), _s("日"), _s("状態"), _s("担当"), _s("確認できるもの"))
    return ReportTable(_s("節目"), columns, rows, wide=4)


def companies_table(session: Session) -> ReportTable:
    """Return the subcontractors as a table."""
    columns = (_s("会社"), _s("仕事"), _s("状態"), _s("区の承諾"), _s("認証と期限"))
    return ReportTable(
        _s("再委託先"),
        columns,
        company_rows(session),
        empty=_s("再委託先は登録されていません。"),
        wide=1,
    )
