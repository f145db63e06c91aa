"""月次報告書（コールセンター業務), specification 6(7): the monthly report on the call center.

Built from counts and records, with the texts that people add.
"""

from collections.abc import Callable, Mapping
from datetime import date

from portal.domain.contacts.telephony.queries import last_day_over, missing_days
from portal.domain.foundation.clock import day_end, day_start, minute_text
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.oversight.reports.account_changes import account_changes_table
from portal.domain.oversight.reports.calls import tables
from portal.domain.oversight.reports.calls.figures import CallMonth, count_month
from portal.domain.oversight.reports.calls.summary import summary
from portal.domain.oversight.reports.incidents.tables import (
    downtime_table,
    incidents_table,
    planned_stops_table,
    something_happened,
)
from portal.domain.oversight.reports.ledger.comparing import (
    compared_calls,
    recount_facts,
    recount_table,
    red_where_it_differs,
)
from portal.domain.oversight.reports.ledger.kinds import OF_CONTACTS, Amount, Figure
from portal.domain.oversight.reports.monthly.due import CALLS, ReportKey, days_of, last_of
from portal.domain.oversight.reports.monthly.models import MonthlyReport
from portal.domain.oversight.reports.monthly.notes import notes, refuse_longer, without_persons
from portal.domain.oversight.reports.monthly.services import write_texts
from portal.domain.oversight.reports.monthly.versions import Draft, Kind, month_report, texts_of
from portal.domain.oversight.reports.sealed_records import sealed_records_table
from portal.domain.oversight.reports.tables import Report, typed_section

STAFFING, OUTAGES = "staffing", "outages"
TEXT_MAX = 2_000


def write_sections(work: Work, month: date, texts: Mapping[str, str]) -> MonthlyReport:
    """Save the typed sections on staffing and improvements, and on outages and accidents.

    Raises:
        InputError: too long, or a person could be recognized; ``code`` names the field.
        ConflictError: the report is not a draft anymore.
    """
    kept = {}
    for name in (STAFFING, OUTAGES):
        try:
            refuse_longer(texts.get(name, ""), TEXT_MAX)
            kept[name] = without_persons(texts.get(name, ""), work.program)
        except InputError as error:
            raise InputError(error.message, code=name) from None
    return write_texts(work, ReportKey(CALLS, month), kept)


def build(work: Work, month: date) -> Draft:
    """Build the report of a month from current data, with what it lacks to be checked."""
    found = count_month(work, month)
    texts = texts_of(work.vault, month_report(work.session, ReportKey(CALLS, month)))
    start, end = day_start(month), day_end(last_of(month))
    happened = something_happened(work, start, end)
    compared = compared_calls(work, days_of(month), _reported(found))
    report = Report(
        title=_s("コールセンター業務 月次報告書"),
        addressee=work.program.names.ward.ja,
        sender=work.program.names.contractor.ja,
        facts=(
            (_s("事業"), work.program.names.program.ja),
            (_s("コールセンター"), work.program.names.office.ja),
            (_s("電話番号"), work.program.contact.telephone),
            (_s("FAX番号"), work.program.contact.fax),
            (_s("集計した時"), minute_text(work.now)),
            *recount_facts(compared),
        ),
        tables=(
            red_where_it_differs(summary(found, work.program), compared),
            tables.daily(found),
            tables.half_hours(found),
            tables.categories(found),
            tables.notable(notes(work, month)),
            tables.escalations(found),
            typed_section(_s("体制と改善"), texts.get(STAFFING, "")),
            typed_section(_s("障害と事故"), texts.get(OUTAGES, ""), elsewhere=happened),
            incidents_table(work, start, end),
            downtime_table(work, start, end),
            planned_stops_table(work.session, end),
            account_changes_table(work, month),
            sealed_records_table(work),
            recount_table(compared),
        ),
        notes=_how_it_counts(work.program, found),
    )
    return Draft(report, _missing(work, month), compared)


def _reported(found: CallMonth) -> dict[Figure, Amount]:
    figures = {
        Figure.OFFERED: found.this.offered,
        Figure.ANSWERED: found.this.answered,
        Figure.ABANDONED: found.this.abandoned,
        **{figure: found.contacts.by_channel[figure.value] for figure in OF_CONTACTS},
    }
    return {figure: Amount(cases) for figure, cases in figures.items()}


def _missing(work: Work, month: date) -> tuple[Callable[[], str], ...]:
    """Return the sentences about open days whose numbers are incomplete (specification 6(7)①)."""
    until = min(last_of(month), last_day_over(work.program, work.now))
    lacking = missing_days(work, month, until) if month <= until else []
    days = "、".join(f"{day.month}/{day.day}" for day in lacking)
    return (lambda: _lacking(days),) if days else ()


def _lacking(days: str) -> str:
    return _s(
        "次の営業日の電話の数字がありません: %(days)s。ファイルを取り込むか、"
        "日ごとに入力してください。"
    ) % {"days": days}


def _how_it_counts(program: Program, found: CallMonth) -> tuple[str, ...]:
    """Return the notes that explain what counts, so that every figure can be understood."""
    calls = program.calls
    return (
        _s(
            "着信、応答、放棄、時間は、電話のシステムの数字です。受付の記録は、"
            "担当者が入力した件数です。"
        ),
        _s(
            "応答率は応答÷着信、放棄率は放棄÷着信、"
            "サービスレベルは%(n)s秒以内の応答÷着信です。AHTは、ATTとACWの和です。"
        )
        % {"n": calls.service_level_seconds},
        _s("話し中でつながらなかった電話は、着信に数えます。")
        if calls.busy_counts
        else _s("話し中でつながらなかった電話は、着信に数えません。"),
        _s("営業時間の外の電話は、着信に数えます。")
        if calls.out_of_hours_counts
        else _s("営業時間の外の電話は、着信に数えません。この月は%(n)s件ありました。")
        % {"n": f"{found.outside:,}"},
        (
            _s("%(seconds)s秒以内に切れた電話も、着信と放棄に数えます。")
            if calls.short_abandoned_counts
            else _s("%(seconds)s秒以内に切れた電話は、着信と放棄に数えません。")
        )
        % {"seconds": calls.short_abandoned_seconds},
        _s("「–」は、休みの日、電話がなかった日、電話のシステムが測っていない数字です。"),
        _s("FAXは、広告、まちがい、同じもののくり返しを数えません。"),
        *(
            (
                _s("まだ終わっていない受付が%(n)s件あります。分類別の件数に入っていません。")
                % {"n": found.unfinished},
            )
            if found.unfinished
            else ()
        ),
    )


KIND = Kind(CALLS, build)
