"""The table of deliveries by each way of counting, which three reports share."""

from portal.domain.desk.casework.deliveries import Deliveries
from portal.domain.foundation.texts import _s
from portal.domain.oversight.reports.tables import Cell, ReportTable


def deliveries_table(
    title: str, counted: Deliveries, *, wide: int | None = None, opens: str = ""
) -> ReportTable:
    """Return households, children and yen reached, by each way; the program's way is marked.

    ``wide`` is the widest column on paper, as in ``ReportTable``. ``opens``: where each way opens
    its children, ``{}`` standing for the way; "": nowhere.
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
    opened = [opens.format(way.value) for way in counted.by_way] if opens else ()
    return ReportTable(title, columns, rows, wide=wide, opens=opened)
