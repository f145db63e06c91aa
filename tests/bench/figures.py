"""The table of the bench: what was measured, beside its limit, its promise and the last time."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.bench.measuring import Figure, median, share
from tests.support.programs.servers import ROOT

LAST = ROOT / ".github" / "figures" / "bench.json"
"""What was committed the last time."""
NEW = Path(os.environ.get("PORTAL_BENCH_RESULT", str(ROOT / ".build" / "bench.json")))
HEAD = (
    f"{'':<26}{'share':>7}{'promise':>9}{'last':>7}{'ms':>8}{'db ms':>7}{'p50':>7}{'p95':>7}"
    f"{'p99':>7}{'/s':>7}{'stmts':>7}{'MB':>6}\n"
)


@dataclass(frozen=True, slots=True)
class Promise:
    """What a piece must reach.

    Attributes:
        piece: Its name.
        limit: The piece that it is compared with.
        at_least: Which part of our cost the limit's must be.
        statements: How many statements it may send.
        p95: Milliseconds within which 95 of 100 visits must end.
        cost: Milliseconds of processor time that it may take.
        peak: MB that the site's processes may hold after it.

    What is 0 is not promised.
    """

    piece: str
    limit: str
    at_least: float = 0.0
    statements: int = 0
    p95: float = 0.0
    cost: float = 0.0
    peak: float = 0.0


def report(engine: str, seen: Mapping[str, Sequence[Figure]], promises: Sequence[Promise]) -> None:
    """Print a row for each piece, keep it for the file, and fail where a promise is missed."""
    last = _read(LAST).get(engine, {})
    kept: dict[str, dict[str, Any]] = {}
    missed: list[str] = []
    promised = {promise.piece: promise for promise in promises}
    sys.stdout.write(f"\n{engine}\n{HEAD}")
    for name, figures in seen.items():
        one = median(figures)
        promise = promised.get(name)
        part = share(seen[promise.limit], figures) if promise is not None else 1.0
        kept[name] = {"share": round(part, 3)} | {
            field: round(value, 2) for field, value in asdict(one).items()
        }
        sys.stdout.write(_row(name, one, part, promise, last.get(name, {}).get("share")))
        if promise is not None:
            missed += _missed(promise, one, part)
    _keep(engine, kept)
    assert not missed, "; ".join(missed)


def _row(name: str, one: Figure, part: float, promise: Promise | None, last: float | None) -> str:
    wanted = f"{promise.at_least:.2f}" if promise is not None and promise.at_least else ""
    before = f"{last:.2f}" if last is not None else ""
    return (
        f"{name:<26}{part:>7.2f}{wanted:>9}{before:>7}{one.cost:>8.2f}{one.database:>7.2f}"
        f"{one.p50:>7.1f}{one.p95:>7.1f}{one.p99:>7.1f}{one.rate:>7.0f}{one.statements:>7.1f}"
        f"{one.peak:>6.0f}\n"
    )


def _missed(promise: Promise, one: Figure, part: float) -> list[str]:
    found = []
    if part < promise.at_least:
        found.append(f"{promise.piece}: {part:.2f} of {promise.at_least} of the {promise.limit}")
    if promise.statements and one.statements > promise.statements + 0.1:
        found.append(f"{promise.piece}: {one.statements:.1f} statements of {promise.statements}")
    if promise.p95 and one.p95 > promise.p95:
        found.append(f"{promise.piece}: p95 {one.p95:.0f} ms of {promise.p95:.0f}")
    if promise.cost and one.cost > promise.cost:
        found.append(f"{promise.piece}: {one.cost:.0f} ms of {promise.cost:.0f}")
    if promise.peak and one.peak > promise.peak:
        found.append(f"{promise.piece}: {one.peak:.0f} MB of {promise.peak:.0f}")
    return found


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return found


def _keep(engine: str, kept: Mapping[str, Any]) -> None:
    found = _read(NEW)
    found[engine] = found.get(engine, {}) | dict(kept)
    NEW.parent.mkdir(parents=True, exist_ok=True)
    NEW.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", "utf-8")
