"""Bars of a chart, computed by the server: geometry only.

The template draws them; the table beside them has the same numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.domain.foundation.texts import _s

WIDTH, HEIGHT, GAP = 560, 120, 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One day's bar, in the units of the drawing."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A series by day; ``summary`` is the text that replaces the picture."""

    title: str
    bars: Sequence[Bar]
    most: int
    first: date
    last: date
    summary: str
    width: int = WIDTH
    height: int = HEIGHT


def chart(title: str, days: Sequence[date], counts: Sequence[int]) -> Chart:
    """Return a series as bars; its highest day has the full height, nonzero days are visible."""
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
        summary = _s("%(title)s：この期間は0件です。") % {"title": title}
    else:
        best = days[counts.index(most)]
        summary = _s("%(title)s：合計%(total)s件。いちばん多い日は%(day)sの%(most)s件。") % {
            "title": title,
            "total": f"{total:,}",
            "day": best.isoformat(),
            "most": f"{most:,}",
        }
    return Chart(title, bars, most, days[0], days[-1], summary)
