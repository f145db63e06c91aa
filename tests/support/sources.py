"""The project's own files, for tests that read them."""

import fnmatch
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IGNORED = [
    line.rstrip("/") for line in (ROOT / ".gitignore").read_text("utf-8").split() if line[:1] != "#"
]
TEXT = {
    ".py",
    ".toml",
    ".md",
    ".html",
    ".css",
    ".js",
    ".typ",
    ".yaml",
    ".yml",
    ".po",
    ".txt",
    ".csv",
    ".lock",
    ".svg",
    "",
}


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name == ".git" or any(fnmatch.fnmatch(path.name, pattern) for pattern in IGNORED):
            continue
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path


def top_level() -> set[str]:
    """Names of what lies in the repository's first folder."""
    return {path.relative_to(ROOT).parts[0] for path in _walk(ROOT)}


def text_files() -> list[Path]:
    """Every file of text that belongs to the repository."""
    return [path for path in _walk(ROOT) if path.suffix in TEXT and path.name != "LICENSE"]


def python_files() -> list[Path]:
    """Every file of Python, the script `run` included."""
    return [path for path in _walk(ROOT) if path.suffix == ".py" or path == ROOT / "run"]


def short(path: Path) -> str:
    """The path as a person would write it."""
    return path.relative_to(ROOT).as_posix()
