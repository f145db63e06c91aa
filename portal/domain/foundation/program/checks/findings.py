"""What a check of the program found."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s


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


def refuse_errors(findings: Iterable[Finding]) -> None:
    """Refuse a program that contradicts itself.

    Raises:
        InputError: the contradictions, one sentence each.
    """
    errors = [finding.sentence for finding in findings if finding.level is Level.ERROR]
    if errors:
        raise InputError(
            _s("事業の設定に誤りがあります。直してから、もう一度実行してください。")
            + "".join(f"\n- {sentence}" for sentence in errors)
        )
