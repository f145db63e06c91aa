"""Take out controls, states, sums, throttles and permissions, one at a time: a test must fail."""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.entries import ROOT, EntryError, Mutant, entries
from tests.support.asvs import marked
from tests.support.programs.postgres_server import postgres

KILLED, SURVIVED, BROKEN = "killed", "SURVIVED", "BROKEN"
VERDICTS = {0: SURVIVED, 1: KILLED}
"""What pytest's exit code says; any other is a fault of the entry, not a test that noticed."""


def main(arguments: Sequence[str]) -> int:
    """Run the list, or the named entries; return 1 when one survives or no longer fits."""
    options = _options(arguments)
    names = set(options.names)
    chosen = [one for one in entries() if not names or names & _called(one)]
    with tempfile.TemporaryDirectory(prefix="portal-mutants-") as folder, _server(chosen) as server:
        copies = [Copy(Path(folder) / str(number), server) for number in range(options.jobs)]
        if not options.no_control and not _unchanged_is_green(copies[0], chosen):
            print("These tests fail without any change: nothing can be said of the rest.")
            return 1
        verdicts = _all_verdicts(copies, chosen)
    print(f"{verdicts.count(KILLED)} of {len(verdicts)} killed")
    return int(set(verdicts) != {KILLED})


def _all_verdicts(copies: Sequence["Copy"], chosen: Sequence[Mutant]) -> list[str]:
    """Give each entry to the copy that is free next."""
    free: SimpleQueue[Copy] = SimpleQueue()
    for copy in copies:
        free.put(copy)

    def verdict(one: Mutant) -> str:
        copy = free.get()
        try:
            return _report(one, copy)
        finally:
            free.put(copy)

    with ThreadPoolExecutor(len(copies)) as workers:
        return list(workers.map(verdict, chosen))


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
        "--no-control", action="store_true", help="leave out the run without change"
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


class Copy:
    """A copy of the tree in which one thing at a time is taken out."""

    def __init__(self, tree: Path, server: dict[str, str]) -> None:
        self.tree = tree
        self.environment = environment_of(tree, server)
        copy_tree(tree)

    def pytest(self, tests: Sequence[str], on: str, output: int = subprocess.DEVNULL) -> int:
        """Run tests on one kind of database until the first fails; returns pytest's exit code."""
        words = "postgresql" if on == "postgresql" else "not postgresql"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-x",
            "-q",
            "-k",
            words,
            "-p",
            "no:cacheprovider",
        ]
        return subprocess.run(
            [*command, *tests],
            cwd=self.tree,
            env=self.environment,
            stdout=output,
            stderr=output,
            check=False,
        ).returncode

    @contextlib.contextmanager
    def without(self, one: Mutant) -> Iterator[None]:
        """Take one thing out, and put it back at the end.

        Raises:
            EntryError: the entry does not fit the source.
        """
        path = self.tree / one.file
        source, times = path.read_text("utf-8"), path.stat()
        path.write_text(one.changed(source), "utf-8")
        try:
            yield
        finally:
            path.write_text(source, "utf-8")
            os.utime(
                path, ns=(times.st_atime_ns, times.st_mtime_ns)
            )  # else its bytecode seems fresh


def copy_tree(target: Path) -> None:
    """Copy the project and what was built for it, so that the work tree is never touched."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in names.split("\0"):
        if name and (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    shutil.copytree(
        ROOT / ".build",
        target / ".build",
        ignore=shutil.ignore_patterns("uv", "install", "wheel", "release"),
    )


def environment_of(tree: Path, server: dict[str, str]) -> dict[str, str]:
    """Return the environment in which the copy is imported instead of the work tree."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept | server | {"PYTHONPATH": str(tree), "PORTAL_TEST_IS_SET_UP": "yes"}


def verdict_of(one: Mutant, copy: Copy) -> str:
    """Take one thing out of the copy and run the test that is named, then the whole files.

    Where it is the control of a requirement of ASVS, the tests that bear its number must notice,
    and no other test of their files helps.

    Raises:
        EntryError: the entry does not fit the source.
    """
    with copy.without(one):
        groups = _bearing(one) or [one.first]
        noticed = all(bool(tests) and copy.pytest(tests, one.on) == 1 for tests in groups)
        if one.asvs and not noticed:
            return SURVIVED
        code = 1 if noticed else copy.pytest(one.test_files, one.on)
    verdict = VERDICTS.get(code, BROKEN)
    if verdict == KILLED and not noticed and copy.pytest(one.test_files, one.on) != 0:
        return BROKEN  # its tests fail without it, too
    return verdict


def _bearing(one: Mutant) -> list[tuple[str, ...]]:
    """Return the named tests that bear each number of ASVS of an entry, each group once."""
    bear = marked()
    groups = [tuple(test for test in one.first if test in bear[number]) for number in one.asvs]
    return list(dict.fromkeys(groups))


def _unchanged_is_green(copy: Copy, chosen: Sequence[Mutant]) -> bool:
    for on in sorted({one.on for one in chosen}):
        tests = sorted({test for one in chosen if one.on == on for test in one.first})
        if tests and copy.pytest(tests, on, sys.stdout.fileno()) != 0:
            return False
    return True


def _report(one: Mutant, copy: Copy) -> str:
    started, fault = time.monotonic(), ""
    try:
        verdict = verdict_of(one, copy)
    except EntryError as error:
        verdict, fault = BROKEN, f" ({error})"
    took = f"{time.monotonic() - started:6.1f} s"
    print(f"{verdict:<9}{took}  {one.name}: {one.takes_out}{fault}", flush=True)
    return verdict


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
