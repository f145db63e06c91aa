"""The cost of administration as tables: of a month, so far, and by month."""

from collections.abc import Sequence
from datetime import date

from portal.domain.contacts.telephony.kpi import NONE
from portal.domain.foundation.clock import jst_date, minute_text, next_month
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.oversight.reports.costs.counting import (
    CostItem,
    CostLine,
    Costs,
    costs_of,
    measured_until,
)
from portal.domain.oversight.reports.monthly.due import days_of, first_of, last_of
from portal.domain.oversight.reports.tables import Cell, Report, ReportTable


def costs_table(work: Work, month: date) -> ReportTable:
    """Return the costs of a month beside those since the contract began, item by item."""
    this = costs_of(work, days_of(month))
    whole = measured_until(work, last_of(month))
    per_household = whole.yen_per_household
    rows: list[tuple[Cell, ...]] = [
        (one.item.label, one.number, _yen(one.yen_each), _known(one), _known(so_far))
        for one, so_far in zip(this.lines, whole.costs.lines, strict=True)
    ]
    rows += [
        (_s("対象の世帯（世帯）"), "", "", "", whole.program.households),
        (_s("1世帯あたりの事務費（円）"), "", "", "", _yen(per_household)),
        (_s("対象の金額（円）"), "", "", "", whole.program.yen),
        (_s("対象の金額に対する割合"), "", "", "", whole.share),
    ]
    columns = (
        _s("項目"),
        _s("この月の数"),
        _s("単価（円）"),
        _s("この月（円）"),
        _s("契約の初日から（円）"),
    )
    at = len(this.lines)
    rows.insert(at, (_s("合計"), "", "", _yen(this.yen), _yen(whole.costs.yen)))
    return ReportTable(
        _s("事務費"), columns, rows, wide=0, note=_lacking(whole.costs) or _how_it_counts()
    )


def cost_report(work: Work) -> Report:
    """Write the page of the costs: so far, and by month."""
    today = jst_date(work.now)
    return Report(
        title=_s("事務費"),
        addressee=work.program.names.ward.ja,
        sender=work.program.names.contractor.ja,
        facts=(
            (_s("事業"), work.program.names.program.ja),
            (_s("集計した時"), minute_text(work.now)),
        ),
        tables=(costs_table(work, first_of(today)), _months_table(work, today)),
        notes=(_how_it_counts(), _what_is_not_there()),
    )


def _months_table(work: Work, today: date) -> ReportTable:
    """Return each month's costs by item, the oldest first."""
    contract = work.program.contract
    month, last = first_of(contract.first_day), min(today, contract.last_day)
    rows: list[tuple[Cell, ...]] = []
    while month <= last:
        costs = costs_of(work, days_of(month))
        yen = {line.item: _known(line) for line in costs.lines}
        rows.append((f"{month:%Y-%m}", _yen(costs.yen), *(yen[item] for item in CostItem)))
        month = next_month(month)
    columns = (_s("月"), _s("合計（円）"), *(item.label for item in CostItem))
    return ReportTable(
        _s("月ごとの事務費（円）"),
        columns,
        rows,
        empty=_s("契約の期間は、まだ始まっていません。"),
        charts=(1,) if all(isinstance(row[1], int) for row in rows) else (),
    )


def _known(line: CostLine) -> Cell:
    return NONE if line.yen is None else line.yen


def _yen(yen: int | None) -> Cell:
    return NONE if yen is None else yen


def _lacking(costs: Costs) -> str:
    """Return what is said while a price is unknown, with the yen that are known; "" else."""
    names: Sequence[str] = [line.item.label for line in costs.lines if line.is_lacking]
    if not names:
        return ""
    return _s(
        "単価が決まっていないため、事務費の合計は分かりません: %(items)s。"
        "分かっている分だけで%(yen)s円です。"
    ) % {"items": "、".join(names), "yen": f"{costs.known_yen:,}"}


def _how_it_counts() -> str:
    return _s(
        "手紙は引き渡した日、郵便は差し出した日、SMSとメールは送った日、"
        "コードははじめて表示した日の月に数えます。「–」は、単価が分からない項目です。"
    )


def _what_is_not_there() -> str:
    return _s(
        "対象は、辞退と対象外を除く世帯です。クーポンと代替品の金額は、事務費に入れません。"
        "廃棄した世帯の手紙やメールは、廃棄のあとは数えられません。"
    )
