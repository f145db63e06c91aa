"""Curves as SVG that any browser shows."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 720, 200, 60, 24, 12, 16
COLORS = ("#0b5fa5", "#b3261e", "#2e7d32", "#7b4f00", "#6a1b9a", "#00796b", "#c2185b", "#455a64")
ON_ITS_OWN = 'style="background:#fff;font:12px sans-serif"'
"""For a file that no page gives a color and letters to."""
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Across:
    """What stands below the drawing.

    Attributes:
        unit: Follows the last value.
        marks: Values that are written there; none are the last alone.
        powers: Both axes are logarithmic: a straight line is a power.
        height: Of the part above it.
        style: Attributes of the drawing.
    """

    unit: str = " s"
    marks: Sequence[float] = ()
    powers: bool = False
    height: int = HEIGHT
    style: str = ""


@dataclass(frozen=True, slots=True)
class _Axis:
    """Where a value lies between the first and the last, 0 to 1."""

    first: float
    last: float
    powers: bool

    def place(self, value: float) -> float:
        if not self.powers:
            return (value - self.first) / (self.last - self.first)
        return math.log(value / self.first) / math.log(self.last / self.first)


def _axis(values: Sequence[float], *, powers: bool) -> _Axis:
    if not powers:
        return _Axis(0.0, max(values, default=1.0) or 1.0, powers)
    first = min(values, default=1.0)
    return _Axis(first, max([*values, first * 1.01]), powers)


def curves(title: str, unit: str, lines: Mapping[str, Points], across: Across | None = None) -> str:
    """Return a drawing of some lines, over seconds unless ``across`` says what.

    The unit stands at the top of the axis. With powers every value must be more than 0.
    """
    below = across or Across()
    every = [point for points in lines.values() for point in points]
    xs = _axis([x for x, _y in every], powers=below.powers)
    ys = _axis([y for _x, y in every], powers=below.powers)
    height = below.height
    drawn = [
        f'<svg viewBox="0 0 {WIDTH} {height + 20 * len(lines)}" role="img" {below.style}',
        f' aria-label="{escape(title)}" xmlns="http://www.w3.org/2000/svg">',
        f'<path d="M{LEFT} {TOP}V{height - BOTTOM}H{WIDTH}" fill="none" stroke="#555"/>',
        _written(LEFT - 6, TOP + 8, f"{_figure(ys.last)}{unit}"),
        _written(LEFT - 6, height - BOTTOM, _figure(ys.first)),
    ]
    for mark in below.marks or (xs.last,):
        last = below.unit if mark == xs.last else ""
        drawn.append(_written(_x(xs.place(mark)) + 12, height - 6, f"{mark:,.0f}{last}"))
    for number, (name, points) in enumerate(lines.items()):
        stroke = f'fill="none" stroke="{COLORS[number % len(COLORS)]}" stroke-width="1.5"'
        if number >= len(COLORS):
            stroke += ' stroke-dasharray="6 3"'
        places = [(_x(xs.place(x)), _y(ys.place(y), height)) for x, y in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        y = height + 14 + 20 * number
        drawn += [
            f'<polyline points="{path}" {stroke}/>',
            f'<path d="M{LEFT} {y - 4}h30" {stroke}/>',
            f'<text x="{LEFT + 36}" y="{y}">{escape(name)}</text>',
        ]
    return "".join([*drawn, "</svg>"])


def _figure(value: float) -> str:
    return f"{value:.2g}" if 0 < value < 10 else f"{value:.0f}"


def _written(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="end">{escape(text)}</text>'


def _x(part: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * part


def _y(part: float, height: int) -> float:
    return height - BOTTOM - (height - BOTTOM - TOP) * part
