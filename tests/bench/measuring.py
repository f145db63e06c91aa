"""Measures what a request costs: the processor of the whole server tree and of the database.

Our pieces and their limits take turns in rounds, so that whatever else the machine does falls on
both; a figure is the median of the rounds.
"""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import psycopg

from tests.bench.driving import driven
from tests.bench.generator import Plan, Seen, Visit
from tests.bench.processes import Tree
from tests.support.faults.nodes import offset_from
from tests.support.programs.servers import PATIENCE, ROOT

ROUNDS = 5
OFFSET = offset_from()
"""How far the clock of the sites and of the families' apps is from this machine's."""
Make = Callable[[int], Sequence[Visit]]
"""Who comes in a round, by its number; round -1 warms up."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured of a piece in one round, per visit; times in milliseconds.

    Attributes:
        server: Processor time of the site's processes.
        database: Processor time of PostgreSQL's; 0 on SQLite, which runs inside the site's.
        client: Processor time of the load, which counts on no side.
        p50: Half of the answers came within it.
        p95: So did 95 of 100.
        p99: So did 99 of 100.
        rate: Visits per second.
        statements: What reached PostgreSQL, with BEGIN, COMMIT and the clock; -1 on SQLite.
        peak: Memory of the site's processes after it, in MB.
    """

    server: float
    database: float
    client: float
    p50: float
    p95: float
    p99: float
    rate: float
    statements: float
    peak: float

    @property
    def cost(self) -> float:
        """Processor time of site and database."""
        return self.server + self.database


def come(visits: Sequence[Visit], connections: int) -> Seen:
    """Let visitors come from a process of their own, and return what they saw."""
    plan = Plan(list(visits), connections, OFFSET.total_seconds())
    seen = Seen(**driven("tests.bench.generator", plan, PATIENCE * 2))
    assert not seen.foreign
    return seen


def send(visits: Sequence[Visit], connections: int) -> Seen:
    """Let visitors come, each of whom must get to the end of the visit."""
    seen = come(visits, connections)
    assert not seen.wrong, seen.wrong
    return seen


@dataclass(frozen=True, slots=True)
class DatabaseServer:
    """PostgreSQL as the bench sees it: its processes, and how many statements it was sent."""

    tree: Tree
    url: str

    def statements(self) -> int:
        """Return how many statements it has carried out so far, counted by itself."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute("SELECT sum(calls) FROM pg_stat_statements").fetchone()
            return int(row[0] or 0) if row is not None else 0


def _share(milliseconds: Sequence[float], percent: int) -> float:
    ordered = sorted(milliseconds)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that is measured.

    Attributes:
        name: As it stands in the table.
        make: Who comes in a round.
        server: The processes of the site that answers.
        connections: How many come at once.
    """

    name: str
    make: Make
    server: Tree
    connections: int = 8

    def measure(self, number: int, database: DatabaseServer | None) -> Figure:
        """Play one round; every answer must be the right one."""
        visits = self.make(number)
        told = database.statements() if database is not None else 0
        server, behind = self.server.seconds(), database.tree.seconds() if database else 0.0
        seen = send(visits, self.connections)
        server = self.server.seconds() - server
        behind = (database.tree.seconds() if database else 0.0) - behind
        told = database.statements() - told - 1 if database is not None else -len(visits)
        each, took = 1000 / len(visits), seen.milliseconds["visit"]
        return Figure(
            server * each,
            behind * each,
            seen.processor * each,
            _share(took, 50),
            _share(took, 95),
            _share(took, 99),
            len(visits) / seen.seconds,
            told / len(visits),
            self.server.megabytes(),
        )


class Measured(Protocol):
    """A row of the table: a piece, or a limit that no server takes part in."""

    @property
    def name(self) -> str:
        """As it stands in the table."""

    def measure(self, number: int, database: DatabaseServer | None) -> Figure:
        """Measure one round."""


@dataclass(frozen=True, slots=True)
class Hash:
    """A password's hash alone."""

    name: str = "Argon2id"

    def measure(self, number: int, database: DatabaseServer | None) -> Figure:
        """Compute some hashes."""
        command = [sys.executable, "-m", "tests.bench.argon2"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        took = float(json.loads(done.stdout))
        return Figure(took, 0, 0, took, took, took, 1000 / took, 0, 0)


def in_rounds(
    pieces: Sequence[Measured], database: DatabaseServer | None, rounds: int = ROUNDS
) -> Mapping[str, list[Figure]]:
    """Measure all pieces in turn, once to warm up and then in rounds."""
    seen: dict[str, list[Figure]] = {piece.name: [] for piece in pieces}
    for number in range(-1, rounds):
        for piece in pieces:
            figure = piece.measure(number, database)
            if number >= 0:
                seen[piece.name].append(figure)
    return seen


def median(figures: Sequence[Figure]) -> Figure:
    """Return the figure whose every part is the median of the rounds."""
    return Figure(
        *(
            statistics.median(getattr(one, name) for one in figures)
            for name in Figure.__dataclass_fields__
        )
    )


def share(limit: Sequence[Figure], ours: Sequence[Figure]) -> float:
    """Return which part of our cost the limit is: 1 would be as cheap as can be."""
    return statistics.median(a.cost / b.cost for a, b in zip(limit, ours, strict=True))
