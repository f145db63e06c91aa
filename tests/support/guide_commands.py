"""Every command that a page sets in code: in blocks, where it is whole, and in sentences."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.sources import ROOT

GUIDES = [ROOT / "README.md", *sorted((ROOT / ".github" / "guides").glob("*.md"))]
PAGES = [ROOT / "README.md", *sorted((ROOT / ".github").rglob("*.md"))]
FENCE = re.compile(r"^ *```(\w*)[^\n]*\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`]+)`")
HERE = re.compile(r"^(.*?) *<<'(\w+)'\n.*?^\2$", re.MULTILINE | re.DOTALL)
"""What a command reads from the lines below it."""
SHELL = {"sh", "console"}
"""Languages of blocks that hold commands."""
ENDS = {"|", "||", "&&", "&", ";"}
REDIRECTIONS = {"<", ">", ">>"}
BEFORE = {"exec", "sudo"}
"""Words that stand before the program which they start."""
NAMED_IN_SENTENCES = {"portal", "./run", "docker", "systemctl", "psql"}


@dataclass(frozen=True)
class Shown:
    """A command of a page.

    Attributes:
        page: The name of the page's file.
        words: Its words without redirections; the first is the program's name, without a folder.
        whole: Whether it stands in a block, to be typed as it is.
    """

    page: str
    words: tuple[str, ...]
    whole: bool

    def __str__(self) -> str:
        """Return it as the test's name shows it."""
        return f"{self.page}: {' '.join(self.words)}"


def blocks_of(page: Path) -> Iterator[tuple[str, str]]:
    """Yield language and text of every block of a page."""
    yield from FENCE.findall(page.read_text("utf-8"))


def shown_commands() -> list[Shown]:
    """Return every command of all pages, in their order."""
    found: list[Shown] = []
    for page in PAGES:
        for language, text in blocks_of(page):
            if language in SHELL:
                found += (Shown(page.name, words, True) for words in commands_in(text))
        sentences = FENCE.sub("", page.read_text("utf-8"))
        for span in SPAN.findall(sentences):
            if span.split(None, 1)[:1] and span.split(None, 1)[0] in NAMED_IN_SENTENCES:
                words = shlex.split(span.replace("[", "").replace("]", ""))
                found.append(Shown(page.name, tuple(w for w in words if w != "…"), False))
    return found


def commands_in(block: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of each command in a block of a shell; what it reads from there is none."""
    block = HERE.sub(r"\1", block)
    for line in block.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
        lexer.whitespace_split = True
        words: list[str] = []
        for token in [*lexer, ";"]:
            if token not in ENDS:
                words.append(token)
            elif words := _started(words):
                yield tuple(words)
                words = []


def _started(words: list[str]) -> list[str]:
    """Return a command without what is set before it and where it reads and writes."""
    while words and (words[0] in BEFORE or re.match(r"\w+=", words[0])):
        words = words[1:]
    kept: list[str] = []
    for place, word in enumerate(words):
        if word in REDIRECTIONS or (place and words[place - 1] in REDIRECTIONS):
            continue
        kept.append(word)
    if kept and "/" in kept[0] and not kept[0].startswith("./"):
        kept[0] = Path(kept[0]).name
    return kept
