"""What one arrangement costs: each side's processor time a piece, how many a second, memory."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tests.bench.curves import ON_ITS_OWN, Across, Points, curves
from tests.bench.day.verdict import share
from tests.bench.generator import Visit
from tests.bench.measuring import send
from tests.bench.processes import busy_seconds
from tests.bench.scale.world import ARRANGEMENTS, Arranged, Arrangement, World

AT_ONCE = 16
"""Visitors at once: more than two cores can serve, so that no process waits for work."""
WHAT = {"sign-in": "the whole sign-in", "coupon": "the coupon page"}


@dataclass(frozen=True, slots=True)
class Spread:
    """One round of one piece of work on one arrangement; times in milliseconds a visit.

    Attributes:
        rate: Visits a second.
        p95: 95 of 100 of them ended within it.
        site: Processor time of all nodes.
        pooler: Of PgBouncer.
        database: Of PostgreSQL.
        load: Of the visitors themselves, which shares the cores.
        memory: Of all nodes after it, in MB.
        database_memory: Of PostgreSQL after it, in MB.
        others: How many cores worked for whatever else ran on the machine.
    """

    rate: float
    p95: float
    site: float
    pooler: float
    database: float
    load: float
    memory: float
    database_memory: float
    others: float

    @property
    def cores(self) -> float:
        """How many cores all of it kept busy."""
        return self.rate * (self.site + self.pooler + self.database + self.load) / 1000


def measured(made: World, site: Arranged, visits: Sequence[Visit]) -> Spread:
    """Let visitors come, each of whom must get to the end of the visit."""
    sides = (site.trees, [made.pooler], [made.postgres])
    before = [sum(one.seconds() for one in trees) for trees in sides]
    busy = busy_seconds()
    seen = send(site.spread(visits), AT_ONCE)
    busy = busy_seconds() - busy
    after = [sum(one.seconds() for one in trees) for trees in sides]
    each = 1000 / len(visits)
    answering, pooling, storing = [(b - a) * each for a, b in zip(before, after, strict=True)]
    ours = (answering + pooling + storing) / each + seen.processor
    return Spread(
        len(visits) / seen.seconds,
        share(seen.milliseconds["visit"], 95),
        answering,
        pooling,
        storing,
        seen.processor * each,
        sum(one.megabytes() for one in site.trees),
        made.postgres.megabytes(),
        max(0.0, busy - ours) / seen.seconds,
    )


def median(rounds: Sequence[Spread]) -> Spread:
    """Return the figures whose every part is the median of the rounds."""
    fields = Spread.__dataclass_fields__
    middle = (statistics.median(getattr(one, name) for one in rounds) for name in fields)
    return Spread(*(round(value, 2) for value in middle))


Found = Mapping[Arrangement, Mapping[str, Spread]]


def as_json(found: Found) -> dict[str, Any]:
    """Return the figures by arrangement and work."""
    return {
        how.name: {
            what: asdict(one) | {"cores": round(one.cores, 2)} for what, one in works.items()
        }
        for how, works in found.items()
    }


def from_json(kept: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Found:
    """Return the figures that were kept."""
    return {
        how: {
            what: Spread(**{name: one[name] for name in Spread.__dataclass_fields__})
            for what, one in kept[how.name].items()
        }
        for how in ARRANGEMENTS
    }


HEAD = (
    "| | the site | a second | 19 of 20 within | CPU ms: site | pooler | database | load itself "
    "| cores busy | other work | memory: site | database |"
)
"""The load, and what else ran on the machine, took their part of the same cores."""


def table(found: Found) -> str:
    """Return the rows of the guide."""
    rows = [
        f"| {WHAT[what]} | {how.name} | {one.rate:.1f} | {one.p95:.0f} ms | {one.site:.1f} "
        f"| {one.pooler:.2f} | {one.database:.1f} | {one.load:.1f} | {one.cores:.2f} "
        f"| {one.others:.2f} | {one.memory:.0f} MB | {one.database_memory:.0f} MB |"
        for what in WHAT
        for how, works in found.items()
        for one in [works[what]]
    ]
    return "\n".join([HEAD, "|" + "---|" * 12, *rows])


def drawing(found: Found) -> str:
    """Return the curves: how many a second by how many processes, beside the first's own times n.

    A line for each number of nodes, in hundredths of what one process does.
    """
    lines: dict[str, Points] = {}
    for what, words in WHAT.items():
        one = next(works[what].rate for how, works in found.items() if how.all_processes == 1)
        for nodes in sorted({how.nodes for how in found}):
            on = "one node" if nodes == 1 else f"{nodes} nodes"
            lines[f"{words}, {on}"] = [
                (how.all_processes, 100 * works[what].rate / one)
                for how, works in found.items()
                if how.nodes == nodes
            ]
    marks = sorted({how.all_processes for how in found})
    return curves(
        "visits a second by processes, one process is 100",
        "",
        lines,
        Across(unit=" processes", marks=marks, style=ON_ITS_OWN),
    )
