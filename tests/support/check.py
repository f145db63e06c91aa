"""The quick check of a change: style and types of what was changed, and its tests.

`./run check` gives what differs from the last commit, `./run check PATH…` these files. It wants to
be done in fifteen seconds, so it runs on SQLite alone, begins with unit tests and ends when its
time is over; what it left out stands in its last lines. `./run test`, `./run matrices` and
`./run screens` are the whole.
"""

import argparse
import ast
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 12.0
ENDS = "PORTAL_TEST_ENDS"
TOOLS = Path(sys.executable).parent
MOST_FILES = 25


def changed() -> list[str]:
    """Return the files that differ from the last commit, new ones included."""
    commands = (["diff", "--name-only", "HEAD"], ["ls-files", "--others", "--exclude-standard"])
    found: set[str] = set()
    for command in commands:
        told = subprocess.run(
            ["git", "-C", ROOT, *command], capture_output=True, text=True, check=True
        )
        found.update(told.stdout.splitlines())
    return sorted(name for name in found if (ROOT / name).is_file())


def named(paths: Iterable[str]) -> Iterator[str]:
    """Return the files of paths, relative to the repository; a folder stands for all its files."""
    for path in map(Path, paths):
        files = sorted(path.resolve().rglob("*")) if path.is_dir() else [path.resolve()]
        yield from (
            file.relative_to(ROOT).as_posix()
            for file in files
            if file.is_file() and "__pycache__" not in file.parts
        )


def files_for(names: Iterable[str]) -> list[str]:
    """Return the test files that belong to files, the likeliest to break first."""
    wanted: dict[str, None] = {}
    for name in names:
        wanted |= dict.fromkeys(_files_for(name))
    return sorted(wanted, key=lambda file: file.startswith("tests/functional"))


def _files_for(name: str) -> list[str]:
    path = Path(name)
    if name.startswith("tests/"):
        return [name] if path.name.startswith("test_") else importers(module_of(path))
    if name.startswith("locales/"):
        return ["tests/architecture/test_catalogs.py"]
    direct = importers(module_of(path)) if path.suffix == ".py" else []
    return [*direct, *beside(path)]


KINDS = ("unit", "functional")
WINGS = frozenset(
    path.name for path in (ROOT / "portal" / "domain").iterdir() if (path / "__init__.py").is_file()
)


def beside(path: Path) -> Iterator[str]:
    """Yield the test files that a source file's place leads to, the likeliest first.

    A file of a wing (rules, staff pages, their templates, commands) leads to the wing's tests named
    like it or like one of its folders, and a staff page to those of all pages of its wing; where
    nothing has such a name, to all tests of the wing.
    """
    match path.parts:
        case ("portal", "domain" | "cli", wing, *folders, _) | ("admin", wing, *folders, _) if (
            wing in WINGS
        ):
            yield from _in_wing(wing, [path.stem, *reversed(folders)], path.parts[0])
        case ("templates", "admin", wing, *folders, _) if wing in WINGS:
            yield from _in_wing(wing, [path.stem.strip("_"), *reversed(folders)], "admin")
        case ("portal", "cli", *_):
            yield from _named("cli", "command")
        case ("admin", *_) | ("templates", "admin", *_) | ("templates", "layouts", "admin.html"):
            yield from _in_folders("*", "admin")
        case ("templates", "letters", *_):
            yield from _in_folders("letters", "letters")
            yield from _in_folders("mailroom", "printing")
        case ("portal", "web", *_) | ("templates", *_):
            yield from _tests_in(ROOT / "tests" / "functional" / "resident")
        case ("portal", "programs", *_):
            yield from _in_folders("foundation", "program")
        case ("portal", "migrations", *_):
            yield from _tests_in(ROOT / "tests" / "functional" / "migrations")
        case ("portal", "platform", *_) | ("portal", _):
            yield from (file for kind in KINDS for file in _tests_in(_folder(kind, "platform")))


def _in_wing(wing: str, names: Sequence[str], site: str) -> Iterator[str]:
    """Yield the tests of a wing that are named like a source file or one of its folders."""
    found = [
        file for name in names for file in (*_files_named(wing, name), *_in_folders(wing, name))
    ]
    if site == "admin":
        found += _in_folders(wing, "admin")
    yield from found or (file for kind in KINDS for file in _tests_in(_folder(kind, wing)))


def _folder(kind: str, *parts: str) -> Path:
    return ROOT.joinpath("tests", kind, *parts)


def _files_named(wing: str, name: str) -> Iterator[str]:
    for kind in KINDS:
        for file in sorted(_folder(kind, wing).rglob(f"test_{name.removesuffix('s')}*.py")):
            yield file.relative_to(ROOT).as_posix()


def _in_folders(wing: str, name: str) -> list[str]:
    """Return the tests in the folders of a wing with this name, in the singular or the plural."""
    found = []
    for kind in KINDS:
        for folder in sorted(_folder(kind).glob(f"{wing}/{name}*")):
            if folder.name in {name, f"{name}s", f"{name}es"}:
                found += _tests_in(folder)
    return found


def _named(*endings: str) -> Iterator[str]:
    """Yield the tests of commands, whose files' names end so."""
    for kind in KINDS:
        for file in sorted(_folder(kind).rglob("test_*.py")):
            if file.stem.endswith(endings):
                yield file.relative_to(ROOT).as_posix()


def _tests_in(folder: Path) -> list[str]:
    return [file.relative_to(ROOT).as_posix() for file in sorted(folder.rglob("test_*.py"))]


def module_of(path: Path) -> str:
    """Return the name by which a Python file is imported."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def importers(module: str) -> list[str]:
    """Return the quick test files that import a module themselves."""
    found = []
    for kind in KINDS:
        for file in sorted((ROOT / "tests" / kind).rglob("test_*.py")):
            source = file.read_text("utf-8")
            if module.rpartition(".")[2] in source and module in imports(ast.parse(source)):
                found.append(file.relative_to(ROOT).as_posix())
    return found


def imports(tree: ast.Module) -> set[str]:
    """Return the modules that a source file imports; `from a import b` may mean the module a.b."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


class Budget:
    """A pytest plugin that runs no further test when the time is over, and counts those left."""

    def __init__(self) -> None:
        self.ends = float(os.environ[ENDS])
        self.left: dict[str, int] = {}

    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        """Pass a test over when the time is over."""
        if time.monotonic() < self.ends:
            return None
        file = item.nodeid.partition("::")[0]
        self.left[file] = self.left.get(file, 0) + 1
        return True

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was not run."""
        if self.left:
            terminalreporter.section("not run, since the time was over")
            for file, count in self.left.items():
                terminalreporter.line(f"{count:4} of {file}")


def pytest_configure(config: pytest.Config) -> None:
    """Register the budget, where this module is given to pytest as a plugin."""
    config.pluginmanager.register(Budget())


def main(arguments: Sequence[str]) -> int:
    """Check what was changed, or the given paths; returns 1 when something is wrong."""
    parser = argparse.ArgumentParser(prog="./run check", description=__doc__)
    parser.add_argument("paths", nargs="*", help="instead of what differs from the last commit")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="when to end the tests")
    options = parser.parse_args(arguments)
    ends = time.monotonic() + options.seconds
    names = sorted(set(named(options.paths))) if options.paths else changed()
    if not names:
        print("Nothing differs from the last commit.")
        return 0
    python = [name for name in names if name.endswith(".py") or name == "run"]
    types = subprocess.Popen(
        [TOOLS / "mypy"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    failed = _style(python)
    failed |= _test(files_for(names), ends)
    said, _ = types.communicate()
    print(said.strip())
    return int(bool(failed or types.returncode))


def _style(python: Sequence[str]) -> int:
    if not python:
        return 0
    ruff = TOOLS / "ruff"
    checked = subprocess.run([ruff, "check", "-q", *python], cwd=ROOT, check=False).returncode
    form: list[str | Path] = [ruff, "format", "--check", "-q", "--diff", *python]
    return checked | subprocess.run(form, cwd=ROOT, check=False).returncode


def _test(files: Sequence[str], ends: float) -> int:
    if not files:
        print("No test belongs to this by its name or its imports; ./run test runs most.")
        return 0
    chosen, left = files[:MOST_FILES], files[MOST_FILES:]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.support.check"]
    command += ["-k", "not postgresql", *chosen]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | {ENDS: str(ends)}, check=False)
    some = " ".join(chosen[:2]) + " …" * (len(chosen) > 2)
    print(f"On SQLite only; `./run test {some}` tests the rest.")
    if left:
        print(f"Not begun: {len(left)} further test files, from {left[0]} on.")
    return int(done.returncode not in {0, 5})  # 5: PostgreSQL's tests alone


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
