"""Bars of a chart, computed by the server: geometry only.

The template draws them; the table beside them has the same numbers.
"""

from collections.abc import Sequence

from msgspec import Struct

from portal.domain.foundation.texts import _s
from portal.domain.oversight.reports.tables import ReportTable, written

WIDTH, HEIGHT, GAP = 560, 120, 4


class Bar(Struct, frozen=True):
    """One bar, in the units of the drawing."""

    x: float
    y: float
    width: float
    height: float


class Chart(Struct, frozen=True):
    """A series; ``first`` and ``last`` name its ends, ``summary`` replaces the picture."""

    title: str
    bars: Sequence[Bar]
    first: str
    last: str
    summary: str
    width: int = WIDTH
    height: int = HEIGHT


def charts_of(table: ReportTable) -> Sequence[Chart]:
    """Return the columns of a report's table that are drawn; none where it has a single row."""
    if len(table.rows) < 2:
        return []
    labels = [written(row[0]) for row in table.rows]
    return [
        chart(
            table.columns[at],
            labels,
            [cell if isinstance(cell := row[at], int) else 0 for row in table.rows],
        )
        for at in table.charts
    ]


def chart(title: str, labels: Sequence[str], counts: Sequence[int]) -> Chart:
    """Return a series as bars; the highest has the full height, every one but 0 is visible."""
    most, total = max(counts), sum(counts)
    step = WIDTH / len(counts)
    bars = []
    for place, count in enumerate(counts):
        height = max(2.0, round(HEIGHT * count / most, 1)) if count else 0.0
        bars.append(
            Bar(
                round(place * step + GAP / 2, 1),
                round(HEIGHT - height, 1),
                round(step - GAP, 1),
                height,
            )
        )
    if not total:
        summary = _s("%(title)s：すべて0です。") % {"title": title}
    else:
        summary = _s("%(title)s：合計%(total)s。いちばん多いのは%(label)sの%(most)s。") % {
            "title": title,
            "total": f"{total:,}",
            "label": labels[counts.index(most)],
            "most": f"{most:,}",
        }
    return Chart(title, bars, labels[0], labels[-1], summary)
