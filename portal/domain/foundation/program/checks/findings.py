"""What a check of the program found."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad a finding is: an error stops the start, a warning is shown."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault; ``code`` is stable for machines, ``sentence`` is for people."""

    level: Level
    code: str
    sentence: str


def error_of(code: str, sentence: str) -> Finding:
    """Return an error."""
    return Finding(Level.ERROR, code, sentence)


def warning_of(code: str, sentence: str) -> Finding:
    """Return a warning."""
    return Finding(Level.WARNING, code, sentence)
