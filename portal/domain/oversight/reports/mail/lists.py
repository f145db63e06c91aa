"""Lists of mail: undelivered letters, and returned mail in storage."""

from collections.abc import Sequence

from portal.domain.foundation.clock import minute_text
from portal.domain.foundation.texts import _s, label_of
from portal.domain.foundation.work import Work
from portal.domain.letters.shipments.mail import ReturnReason
from portal.domain.letters.shipments.states import ShipmentState
from portal.domain.mailroom.returned_mail.storage import StoredItem
from portal.domain.mailroom.returned_mail.undelivered import Undelivered, undelivered
from portal.domain.oversight.reports.tables import Cell, Report, ReportTable


def undelivered_report(work: Work, *, include_protected: bool) -> Report:
    """Write the list of households whose letter is undelivered, by letter number (R36, R52)."""
    rows = undelivered(work, include_protected=include_protected, limit=0)
    return _report(work, _s("不着一覧"), undelivered_table(rows))


def undelivered_table(rows: Sequence[Undelivered]) -> ReportTable:
    """Return undelivered letters as a table with their sums."""
    cells: list[tuple[Cell, ...]] = [
        (
            row.letter_number,
            label_of(ShipmentState, row.state),
            label_of(ReturnReason, row.reason),
            row.posted_on.isoformat() if row.posted_on else "",
            row.sent_again,
            row.offered,
            row.children,
            row.yen,
        )
        for row in rows
    ]
    columns = (
        _s("手紙番号"),
        _s("状態"),
        _s("戻った理由"),
        _s("差し出した日"),
        _s("再配達（回）"),
        _s("再配達の上限（回）"),
        _s("こども（人）"),
        _s("金額（円）"),
    )
    blank = ("",) * 5
    total = (_s("合計"), *blank, sum(row.children for row in rows), sum(row.yen for row in rows))
    return ReportTable(
        _s("不着の手紙"), columns, cells, total, empty=_s("不着の手紙はありません。")
    )


def storage_table(rows: Sequence[StoredItem]) -> ReportTable:
    """Return returned mail in storage as a table, in the order of the rows."""
    cells: list[tuple[Cell, ...]] = [
        (
            row.number,
            row.item.box,
            label_of(ReturnReason, row.item.reason),
            row.item.received_on.isoformat(),
            row.item.keep_until.isoformat(),
            row.attempt,
        )
        for row in rows
    ]
    return ReportTable(
        _s("保管している郵便"),
        (
            _s("番号"),
            _s("箱"),
            _s("戻った理由"),
            _s("戻った日"),
            _s("保管の最後の日"),
            _s("再配達（回）"),
        ),
        cells,
        empty=_s("保管している郵便はありません。"),
    )


def _report(work: Work, title: str, table: ReportTable) -> Report:
    return Report(
        title=title,
        addressee=work.program.names.ward.ja,
        sender=work.program.names.contractor.ja,
        facts=(
            (_s("事業"), work.program.names.program.ja),
            (_s("集計した時"), minute_text(work.now)),
        ),
        tables=(table,),
    )
