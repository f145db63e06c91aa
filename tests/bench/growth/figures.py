"""How the costs grow with the households: the check, the table, the file and the drawing."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import Any

from tests.bench.curves import ON_ITS_OWN, Across, Points, curves
from tests.bench.growth.ward import Cost

Grown = Mapping[int, Mapping[str, Cost]]
"""Costs by households and row."""
SLACK = 1.3
"""A measurement on a shared machine may be so much beside the truth."""
LEAST = 0.2
"""What takes less than this, in seconds or milliseconds, is taken for as much."""
PAGES = ("home", "coupon page", "search by name", "household page", "review queue")
"""Rows in milliseconds a page; all others are seconds of the whole work."""


def faster_than(grown: Grown) -> list[str]:
    """Return what grows faster than n times log n between two sizes, each with its figures.

    Program and database are looked at apart: the start of a program would hide the other.
    """
    found = []
    for less, more in pairwise(sorted(grown)):
        allowed = SLACK * more * math.log(more) / (less * math.log(less))
        for name in grown[less].keys() & grown[more].keys():
            for side in ("processor", "database"):
                before = max(LEAST, getattr(grown[less][name], side))
                times = getattr(grown[more][name], side) / before
                if times > allowed:
                    found.append(
                        f"{name}: its {side} time {times:.1f} times from {less:,} to {more:,} "
                        f"households, {allowed:.1f} are allowed"
                    )
    return sorted(found)


def as_json(grown: Grown) -> dict[str, Any]:
    """Return the costs as they are kept."""
    return {
        str(size): {
            name: {part: round(value, 2) for part, value in asdict(cost).items()}
            for name, cost in rows.items()
        }
        for size, rows in grown.items()
    }


def from_json(kept: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Grown:
    """Return the costs that were kept."""
    return {
        int(size): {name: Cost(**cost) for name, cost in rows.items()}
        for size, rows in kept.items()
    }


def table(grown: Grown) -> str:
    """Return the rows of the guide: program + database, by size."""
    sizes = sorted(grown)
    heads = " | ".join(f"{size:,} households" for size in sizes)
    lines = [f"| | {heads} | times |", "|" + "---|" * (len(sizes) + 2)]
    for name in grown[sizes[0]]:
        unit = "ms" if name in PAGES else "s"
        costs = [grown[size].get(name) for size in sizes]
        cells = [_cell(cost, unit) for cost in costs]
        known = [cost.total for cost in costs if cost is not None]
        times = f"{known[-1] / max(known[0], 0.01):.1f}"
        lines.append(f"| {name} | {' | '.join(cells)} | {times} |")
    return "\n".join(lines)


def _cell(cost: Cost | None, unit: str) -> str:
    if cost is None:
        return "–"
    peak = f", {cost.peak:.0f} MB" if cost.peak else ""
    return f"{cost.processor:.1f} + {cost.database:.1f} {unit}{peak}"


def drawing(grown: Grown) -> str:
    """Return the costs as multiples of the smallest ward's, with a line for n times log n."""
    sizes: Sequence[int] = sorted(grown)
    first = sizes[0]
    lines: dict[str, Points] = {
        "n · log n": [(n, n * math.log(n) / (first * math.log(first))) for n in sizes]
    }
    for name, cost in grown[first].items():
        lines[name] = [
            (size, max(0.01, grown[size][name].total) / max(0.01, cost.total))
            for size in sizes
            if name in grown[size]
        ]
    across = Across(" households", sizes, powers=True, height=360, style=ON_ITS_OWN)
    return curves("cost by households, the smallest ward's is 1", " times", lines, across)
