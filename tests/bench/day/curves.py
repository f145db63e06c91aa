"""Curves over time, as SVG that any browser shows."""

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 200, 60, 24, 12
COLORS = ("#0b5fa5", "#b3261e", "#2e7d32", "#7b4f00")
Points = Sequence[tuple[float, float]]


def curves(title: str, unit: str, lines: Mapping[str, Points]) -> str:
    """Return a drawing of some lines over seconds; the unit stands at the top of the axis."""
    every = [point for points in lines.values() for point in points]
    last = max((x for x, _y in every), default=1.0) or 1.0
    most = max((y for _x, y in every), default=1.0) or 1.0
    drawn = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT + 20 * len(lines)}" role="img"',
        f' aria-label="{escape(title)}" xmlns="http://www.w3.org/2000/svg">',
        f'<path d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH}" fill="none" stroke="#555"/>',
        f'<text x="{LEFT - 6}" y="{TOP + 8}" text-anchor="end">{most:.0f}{escape(unit)}</text>',
        f'<text x="{LEFT - 6}" y="{HEIGHT - BOTTOM}" text-anchor="end">0</text>',
        f'<text x="{WIDTH - 4}" y="{HEIGHT - 6}" text-anchor="end">{last:.0f} s</text>',
    ]
    for number, (name, points) in enumerate(lines.items()):
        color = COLORS[number % len(COLORS)]
        path = " ".join(f"{_x(x, last):.1f},{_y(y, most):.1f}" for x, y in points)
        y = HEIGHT + 14 + 20 * number
        drawn += [
            f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="1.5"/>',
            f'<rect x="{LEFT}" y="{y - 9}" width="10" height="10" fill="{color}"/>',
            f'<text x="{LEFT + 16}" y="{y}">{escape(name)}</text>',
        ]
    return "".join([*drawn, "</svg>"])


def _x(value: float, last: float) -> float:
    return LEFT + (WIDTH - LEFT) * value / last


def _y(value: float, most: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / most
