"""The table of deliveries by each way of counting, which three reports share."""

from portal.domain.desk.casework.deliveries import Deliveries
from portal.domain.foundation.texts import _s
from portal.domain.oversight.reports.tables import Cell, ReportTable


def deliveries_table(title: str, counted: Deliveries, *, wide: int | None = None) -> ReportTable:
    """Return households, children and yen reached, by each way; the program's way is marked.

    ``wide`` is the widest column on paper, as in ``ReportTable``.
    """
    rows: list[tuple[Cell, ...]] = [
        (
            way.report_label + (_s("（配達済みと数える）") if way == counted.counts else ""),
            reached.households,
            reached.children,
            reached.yen,
        )
        for way, reached in counted.by_way.items()
    ]
    columns = (_s("数え方"), _s("世帯数"), _s("こども（人）"), _s("金額（円）"))
    return ReportTable(title, columns, rows, wide=wide)
