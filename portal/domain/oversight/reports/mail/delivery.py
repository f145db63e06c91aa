"""月次報告書（配送業務), specification 7(6)①: the month's deliveries by day, class and attempt."""

from collections.abc import Mapping
from datetime import date

from portal.domain.desk.casework.deliveries import deliveries
from portal.domain.foundation.clock import day_end, day_start, minute_text
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s, label_of
from portal.domain.foundation.work import Work
from portal.domain.letters.shipments.mail import MailClass, ReturnReason
from portal.domain.letters.shipments.states import ShipmentState
from portal.domain.oversight.reports.account_changes import account_changes_table
from portal.domain.oversight.reports.costs.report import costs_table
from portal.domain.oversight.reports.deliveries_table import deliveries_table
from portal.domain.oversight.reports.incidents.tables import month_tables, something_happened
from portal.domain.oversight.reports.ledger.comparing import (
    compared_mail,
    recount_facts,
    recount_table,
    red_where_it_differs,
)
from portal.domain.oversight.reports.ledger.kinds import (
    OF_LETTERS,
    Compared,
    Figure,
)
from portal.domain.oversight.reports.mail.delivery_figures import (
    THIRD,
    DeliveryMonth,
    Sent,
    count_month,
    sum_of,
)
from portal.domain.oversight.reports.mail.postage_table import postage_table
from portal.domain.oversight.reports.monthly.due import DELIVERY, ReportKey, days_of, last_of
from portal.domain.oversight.reports.monthly.models import MonthlyReport
from portal.domain.oversight.reports.monthly.notes import refuse_longer, without_persons
from portal.domain.oversight.reports.monthly.services import write_texts
from portal.domain.oversight.reports.monthly.versions import Draft, Kind, month_report, texts_of
from portal.domain.oversight.reports.sealed_records import sealed_records_table
from portal.domain.oversight.reports.tables import Cell, Report, ReportTable, typed_section

ACCIDENTS = "accidents"
TEXT_MAX = 2_000


def write_section(work: Work, month: date, texts: Mapping[str, str]) -> MonthlyReport:
    """Save the typed section on accidents and other matters.

    Raises:
        InputError: too long, or a person could be recognized; ``code`` names the field.
        ConflictError: the report is not a draft anymore.
    """
    try:
        refuse_longer(texts.get(ACCIDENTS, ""), TEXT_MAX)
        kept = {ACCIDENTS: without_persons(texts.get(ACCIDENTS, ""), work.program)}
    except InputError as error:
        raise InputError(error.message, code=ACCIDENTS) from None
    return write_texts(work, ReportKey(DELIVERY, month), kept)


def build(work: Work, month: date) -> Draft:
    """Build the report of a month from current data."""
    found = count_month(work.session, month)
    compared = compared_mail(work, days_of(month), found.paid_by)
    return Draft(
        Report(
            title=_s("配送業務 月次報告書"),
            addressee=work.program.names.ward.ja,
            sender=work.program.names.contractor.ja,
            facts=(
                (_s("事業"), work.program.names.program.ja),
                (_s("集計した時"), minute_text(work.now)),
                *recount_facts(compared),
            ),
            tables=(
                *_counted(found, compared),
                deliveries_table(
                    _s("これまでの配達の数（3つの数え方）"),
                    deliveries(work.session, work.program.delivered_means),
                    wide=0,
                ),
                postage_table(work, month),
                costs_table(work, month),
                *_written(work, month),
                account_changes_table(work, month),
                sealed_records_table(work),
                recount_table(compared),
            ),
            notes=_how_it_counts(),
        ),
        compared=compared,
    )


def _counted(found: DeliveryMonth, compared: tuple[Compared, ...]) -> tuple[ReportTable, ...]:
    return (
        red_where_it_differs(_summary(found), compared),
        _days(_s("差し出し（日・種類・回数別）"), found.posted),
        _days(_s("配達完了（日・種類・回数別）"), found.delivered),
        _again(found),
        _returned(found),
        _undelivered(found),
        red_where_it_differs(_others(found), compared),
    )


def _written(work: Work, month: date) -> tuple[ReportTable, ...]:
    """Return what people wrote about accidents, and the accidents and stops of the month."""
    texts = texts_of(work.vault, month_report(work.session, ReportKey(DELIVERY, month)))
    start, end = day_start(month), day_end(last_of(month))
    happened = something_happened(work, start, end)
    return (
        typed_section(_s("事故そのほか"), texts.get(ACCIDENTS, ""), elsewhere=happened),
        *month_tables(work, start, end),
    )


def _how_it_counts() -> tuple[str, ...]:
    return (
        _s(
            "差し出した日、配達した日、戻った日は、郵便局の記録の日本の日付です。"
            "記録のない郵便は、配達完了に数えません。"
        ),
        _s(
            "不在で持ち戻りは、この月に郵便局が不在と記録した手紙です。あとで届いたもの、"
            "戻ったものも入ります。同じ手紙は、月に1通と数えます。"
        ),
        _s("再配達は、新しい手紙を差し出した回数です。郵便局がその場で行う再配達は、含みません。"),
        _s(
            "不着は、月の最後の日までに差し出し、その日までに配達の記録がない、"
            "世帯のいちばん新しい手紙です。配達の記録があっても、その日までに戻った手紙は、不着に数えます。"
        ),
    )


def _cells(sent: Sent) -> tuple[int, int, int]:
    return sent.items, sent.children, sent.yen


def _columns(*first: str) -> tuple[str, ...]:
    return (*first, _s("通数"), _s("こども（人）"), _s("金額（円）"))


def _attempt(attempt: int) -> str:
    if attempt == 0:
        return _s("最初")
    if attempt < THIRD:
        return _s("再配達%(n)s回目") % {"n": attempt}
    return _s("再配達%(n)s回目より後も") % {"n": attempt}


def _summary(found: DeliveryMonth) -> ReportTable:
    rows: list[tuple[Cell, ...]] = [
        (Figure.POSTED.label, *_cells(sum_of(found.posted.values()))),
        (Figure.DELIVERED.label, *_cells(sum_of(found.delivered.values()))),
        (Figure.ABSENT.label, *_cells(found.absent)),
        (Figure.RETURNED.label, *_cells(sum_of(found.returned.values()))),
        (_s("月末の不着"), *_cells(sum_of(found.undelivered.values()))),
    ]
    return ReportTable(_s("総括"), _columns(_s("項目")), rows, wide=0, opens=(*OF_LETTERS, ""))


def _days(title: str, sums: Mapping[tuple[date, str, int], Sent]) -> ReportTable:
    rows: list[tuple[Cell, ...]] = [
        (
            day.isoformat(),
            label_of(MailClass, name) or _s("未確認"),
            _attempt(attempt),
            *_cells(sent),
        )
        for (day, name, attempt), sent in sums.items()
    ]
    total = (_s("合計"), "", "", *_cells(sum_of(sums.values()))) if rows else ()
    return ReportTable(
        title,
        _columns(_s("日"), _s("種類"), _s("回数")),
        rows,
        total,
        _s("この月はありません。"),
        charts=(3,),
    )


def _again(found: DeliveryMonth) -> ReportTable:
    rows: list[tuple[Cell, ...]] = [
        (_attempt(n), *_cells(sent)) for n, sent in found.sent_again.items()
    ]
    return ReportTable(
        _s("再配達"),
        _columns(_s("回数")),
        rows,
        (_s("合計"), *_cells(sum_of(found.sent_again.values()))),
    )


def _returned(found: DeliveryMonth) -> ReportTable:
    rows: list[tuple[Cell, ...]] = [
        (label_of(ReturnReason, r), *_cells(sent)) for r, sent in found.returned.items()
    ]
    total = (_s("合計"), *_cells(sum_of(found.returned.values()))) if rows else ()
    return ReportTable(
        _s("戻った手紙（理由別）"), _columns(_s("理由")), rows, total, _s("この月はありません。")
    )


def _undelivered(found: DeliveryMonth) -> ReportTable:
    rows: list[tuple[Cell, ...]] = []
    for code, sent in found.undelivered.items():
        name = label_of(ReturnReason, code)
        rows.append((name if name != code else label_of(ShipmentState, code), *_cells(sent)))
    total = (_s("合計"), *_cells(sum_of(found.undelivered.values()))) if rows else ()
    return ReportTable(
        _s("月末の不着"), _columns(_s("状態か理由")), rows, total, _s("不着の手紙はありません。")
    )


def _others(found: DeliveryMonth) -> ReportTable:
    names = {
        "posted": _s("代替品の差し出し"),
        "delivered": _s("代替品の配達完了"),
        "returned": _s("代替品の戻り"),
    }
    rows: list[tuple[Cell, ...]] = [
        (names[name], sent.items, "", sent.yen) for name, sent in found.parcels.items()
    ]
    rows.append((Figure.DECLINED.label, *_cells(found.declined)))
    rows.append((_s("月末の保留（世帯数、支援措置の世帯を除く）"), found.holds, "", ""))
    return ReportTable(
        _s("代替品、辞退、保留"),
        (_s("項目"), _s("件数"), _s("こども（人）"), _s("金額（円）")),
        rows,
        wide=0,
        opens=("", "", "", Figure.DECLINED, ""),
    )


KIND = Kind(DELIVERY, build)
