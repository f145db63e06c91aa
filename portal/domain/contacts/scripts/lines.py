"""The notation of a script.

Plain lines are spoken, ``※`` lines are for the agent, ``×`` lines must not be spoken.
"""

import re
from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from portal.domain.foundation.program.local_text import LocalText

NOTE_MARK, NEVER_MARKS = "※", "×✕"
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


class LineKind(StrEnum):
    """What an agent does with a line."""

    SAY = "say"
    NOTE = "note"
    NEVER = "never"


class Line(Struct, frozen=True):
    """One line without its mark."""

    kind: LineKind
    text: str


def read_lines(text: str) -> list[Line]:
    """Return the lines of a text; empty ones are left out."""
    found = []
    for raw in text.splitlines():
        line = raw.strip()
        if not line:
            continue
        kind = LineKind.SAY
        if line[0] in NOTE_MARK:
            kind, line = LineKind.NOTE, line[1:].strip()
        elif line[0] in NEVER_MARKS:
            kind, line = LineKind.NEVER, line[1:].strip()
        if line:
            found.append(Line(kind, line))
    return found


def placeholders(text: str) -> frozenset[str]:
    """Return the names that a text quotes as ``%(name)s``."""
    return frozenset(PLACEHOLDER.findall(text))


def filled(text: str, values: Mapping[str, LocalText], locale: str) -> str:
    """Return the text with the program's values in one language; other percent signs are kept."""
    return PLACEHOLDER.sub(
        lambda found: values[found[1]].in_language(locale) if found[1] in values else found[0], text
    )
