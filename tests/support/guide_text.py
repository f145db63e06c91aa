"""The guides' own text as the steps of a test: blocks of commands, files, and what they name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.sources import ROOT

GUIDES = ROOT / ".github" / "guides"
BLOCK = re.compile(r"^ *```(\w+)(?: (\w+))?(?: (\S+))?\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One block of a guide.

    Attributes:
        language: ``sh``, ``toml``, ``csv``.
        action: ``write`` or ``replace`` a file, ``serve``; empty for commands.
        file: The file's name, where it is one.
        text: What stands in it.
    """

    language: str
    action: str
    file: str
    text: str


def blocks(guide: str) -> Iterator[Block]:
    """Yield the blocks of a guide that say what they are."""
    text = (GUIDES / f"{guide}.md").read_text("utf-8")
    for found in BLOCK.findall(text):
        yield Block(*found)


def first_commands(guide: str, heading: str) -> str:
    """Return the first block of commands under a heading."""
    part = (GUIDES / f"{guide}.md").read_text("utf-8").split(f"## {heading}\n", 1)[1]
    block = re.search(r"^```(?:sh)?\n(.*?)^```", part, re.MULTILINE | re.DOTALL)
    assert block is not None
    return block[1]


def commands(guide: str, heading: str) -> list[str]:
    """Return all blocks of commands under a heading."""
    part = (GUIDES / f"{guide}.md").read_text("utf-8").split(f"## {heading}\n", 1)[1]
    part = part.split("\n## ", 1)[0]
    return re.findall(r"^```sh\n(.*?)^```", part, re.MULTILINE | re.DOTALL)


def first_column(guide: str, *head: str) -> list[str]:
    """Return what the first column of a table sets in code; ``head`` begins the table."""
    part = (GUIDES / f"{guide}.md").read_text("utf-8").split(f"| {' | '.join(head)} |", 1)[1]
    rows = part.split("\n\n", 1)[0].splitlines()[2:]
    return [name for row in rows for name in named_in(row.split(" | ", 1)[0])]


def step(guide: str, heading: str, number: int) -> str:
    """Return a numbered step under a heading, whole."""
    part = (GUIDES / f"{guide}.md").read_text("utf-8").split(f"## {heading}\n", 1)[1]
    part = part.split("\n## ", 1)[0]
    found = re.search(rf"^{number}\. (.*?)(?=^\d+\. |\Z)", part, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def named_in(text: str) -> Iterator[str]:
    """Yield what a text sets in code."""
    yield from re.findall(r"`([^`\n]+)`", text)


def put(folder: Path, block: Block) -> None:
    """Write a file of a guide, or its tables instead of those with the same names."""
    path = folder / block.file
    if block.action == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, "utf-8")
        return
    text = path.read_text("utf-8")
    for table in re.split(r"(?m)^(?=\[)", block.text)[1:]:
        header = table.split("\n", 1)[0]
        start = text.index(f"\n{header}\n") + 1
        end = text.find("\n[", start)
        text = text[:start] + table.rstrip() + "\n" + text[end:]
    path.write_text(text, "utf-8")
