"""The list of what can be taken out: read from data files, found and replaced in the source."""

import ast
import io
import tokenize
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NO_CODE = frozenset(
    {
        tokenize.ENCODING,
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    }
)


class EntryError(Exception):
    """An entry of the list that fits the source no longer."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One thing taken out of the program.

    ``before`` and ``after`` are code; layout and trailing commas do not count, but in a file that
    is no Python they are text as it stands. ``tests`` must notice it, on SQLite, or on PostgreSQL
    where ``on`` says so; ``file.py::test`` is tried before the rest of its file. ``against`` names
    the threats and limits of `.github/guides/threats.md` that it stands against, or the faults of
    `.github/guides/faults.md` and the oracle's sentences (INV5), ``asvs`` the
    requirements of `.github/guides/asvs.md` whose control it takes out: a named test that bears
    the number must notice it by itself.
    """

    name: str
    takes_out: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]
    on: str = "sqlite"
    against: tuple[str, ...] = ()
    asvs: tuple[str, ...] = ()

    @property
    def first(self) -> tuple[str, ...]:
        """The tests that are named, which notice it soonest."""
        return tuple(test for test in self.tests if "::" in test)

    @property
    def test_files(self) -> tuple[str, ...]:
        """The files of its tests."""
        return tuple(dict.fromkeys(test.partition("::")[0] for test in self.tests))

    def changed(self, source: str) -> str:
        """Return the source of ``file`` without what is taken out.

        Raises:
            EntryError: ``before`` does not stand there exactly once, or the result is no Python.
        """
        return (
            self._changed_code(source) if self.file.endswith(".py") else self._changed_text(source)
        )

    def _changed_text(self, source: str) -> str:
        if (found := source.count(self.before)) != 1:
            raise EntryError(f"{self.name}: stands {found} times in {self.file}")
        if self.before == self.after:
            raise EntryError(f"{self.name}: changes nothing")
        return source.replace(self.before, self.after)

    def _changed_code(self, source: str) -> str:
        wanted = [part.text for part in _parts(self.before)]
        there = _parts(source)
        texts = [part.text for part in there]
        found = [
            place
            for place in range(len(texts) - len(wanted) + 1)
            if texts[place : place + len(wanted)] == wanted
        ]
        if len(found) != 1:
            raise EntryError(f"{self.name}: stands {len(found)} times in {self.file}")
        first, last = there[found[0]], there[found[0] + len(wanted) - 1]
        result = source[: first.start] + self.after + source[last.end :]
        try:
            same = ast.dump(ast.parse(result)) == ast.dump(ast.parse(source))
        except SyntaxError as error:
            raise EntryError(f"{self.name}: the result is no Python ({error})") from None
        if same:
            raise EntryError(f"{self.name}: changes nothing")
        return result


@dataclass(frozen=True, slots=True)
class _Part:
    text: str
    start: int
    end: int


def _parts(code: str) -> list[_Part]:
    """Return the tokens of a piece of code that are no layout, with their places in it."""
    lines = code.splitlines(keepends=True)
    offsets = [0]
    for line in lines:
        offsets.append(offsets[-1] + len(line))
    parts: list[_Part] = []
    for token in _tokens(code):
        if token.type in NO_CODE or not token.string:
            continue
        start = offsets[token.start[0] - 1] + token.start[1]
        end = offsets[token.end[0] - 1] + token.end[1]
        if token.string in ")]}" and parts and parts[-1].text == ",":
            parts.pop()
        parts.append(_Part(token.string, start, end))
    return parts


def _tokens(code: str) -> list[tokenize.TokenInfo]:
    """Return the tokens of a piece of code, which may end before its brackets do."""
    found = []
    reading = tokenize.generate_tokens(io.StringIO(code).readline)
    while True:
        try:
            found.append(next(reading))
        except (StopIteration, tokenize.TokenError):
            return found


def entries() -> list[Mutant]:
    """Return the whole list, in the order of the data files."""
    listed = ("tests", "against", "asvs")
    return [
        Mutant(**row | {name: tuple(row.get(name, ())) for name in listed})
        for path in sorted(Path(__file__).parent.glob("*.toml"))
        for row in tomllib.loads(path.read_text("utf-8"))["mutant"]
    ]
