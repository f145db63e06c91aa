"""Take out controls, states, sums, throttles and permissions, one at a time: a test must fail."""

import argparse
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.entries import ROOT, Mutant, entries
from tests.mutants.record import Record
from tests.mutants.runs import Copy, copy_tree
from tests.mutants.verdicts import Finding, Verdict, pending
from tests.support.programs.postgres_server import postgres

RECORD = ROOT / ".build" / "mutants" / "findings.jsonl"
PORTION = 8
"""Entries whose named tests run untouched in one run, before one thing at a time is taken out."""


def main(arguments: Sequence[str]) -> int:
    """Run the list, or the named entries; return 1 unless each that was chosen is killed."""
    options = _options(arguments)
    names, record = set(options.names), Record(RECORD, ROOT)
    chosen = [one for one in entries() if not names or names & _called(one)]
    before = [one for one in chosen if options.resume and record.is_killed(one)]
    left = [one for one in chosen if one not in before]
    until = time.monotonic() + options.minutes * 60
    with tempfile.TemporaryDirectory(prefix="portal-mutants-") as folder, _server(left) as server:
        trees = [Path(folder) / str(number) for number in range(options.jobs if left else 0)]
        for tree in trees:
            copy_tree(tree)
        copies = [Copy(tree, server, options.limit) for tree in trees]
        found = all_findings(copies, left, record, until)
    return _summary(found, before, len(left) - len(found), record)


def all_findings(
    copies: Sequence[Copy], chosen: Sequence[Mutant], record: Record, until: float
) -> list[Finding]:
    """Give a portion of entries to the copy that is free next, and note each finding at once.

    ``until``: a moment of the monotonic clock, in seconds, after which none is begun.
    """
    if not chosen:
        return []
    free: SimpleQueue[Copy] = SimpleQueue()
    for copy in copies:
        free.put(copy)

    def tried(portion: Sequence[Mutant]) -> list[Finding]:
        copy, done = free.get(), list[Finding]()
        try:
            for next_one in pending(portion, copy) if time.monotonic() < until else ():
                if time.monotonic() < until:
                    done.append(next_one.finding(copy))
                    record.note(next_one.one, done[-1])
                    _report(next_one.one, done[-1])
            return done
        finally:
            free.put(copy)

    size = min(PORTION, -(-len(chosen) // len(copies)))
    portions = [chosen[first : first + size] for first in range(0, len(chosen), size)]
    with ThreadPoolExecutor(len(copies)) as workers:
        return [one for part in workers.map(tried, portions) for one in part]


def _called(one: Mutant) -> set[str]:
    return {one.name, *one.against, *one.asvs}


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run mutants", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        help="only these entries of tests/mutants/*.toml, or those against these threats (A9, T8), "
        "or of these requirements of ASVS (6.5.1)",
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="leave out what an earlier run found killed, while the entry, its file and its tests "
        "are the same",
    )
    parser.add_argument(
        "--minutes",
        type=float,
        default=float("inf"),
        help="begin nothing after so many minutes; --resume goes on with the rest",
    )
    parser.add_argument(
        "--limit",
        type=float,
        default=300,
        help="seconds for one run of tests (300); one that does not end counts as noticed when the "
        "same tests end in time with nothing taken out",
    )
    cores = os.cpu_count() or 1
    parser.add_argument(
        "--jobs", type=int, default=cores, help="how many at once (as many as there are cores)"
    )
    return parser.parse_args(arguments)


@contextlib.contextmanager
def _server(chosen: Sequence[Mutant]) -> Iterator[dict[str, str]]:
    """Start PostgreSQL where an entry needs it."""
    if all(one.on == "sqlite" for one in chosen):
        yield {}
        return
    with postgres(lambda _: contextlib.nullcontext()) as added:
        yield added


def _report(one: Mutant, found: Finding) -> None:
    said = f" ({found.said})" if found.said else ""
    line = f"{found.verdict:<9}{found.seconds:6.1f} s  {one.name}: {one.takes_out}{said}"
    print(line, flush=True)


def _summary(found: Sequence[Finding], before: Sequence[Mutant], left: int, record: Record) -> int:
    killed = [one for one in found if one.verdict is Verdict.KILLED]
    others = sum(record.is_of_another_tree(one) for one in before)
    print(f"{len(killed) + len(before)} of {len(found) + len(before) + left} killed")
    if before:
        print(f"{len(before)} of them in earlier runs, {others} of these of another tree")
    if by_time := sum(bool(one.said) for one in killed):
        print(f"{by_time} of them by time alone")
    if left:
        print(f"{left} not tried yet: go on with --resume")
    return int(left > 0 or len(killed) < len(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
