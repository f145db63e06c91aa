"""A typed one-time code, and the result of checking it."""

import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum

from msgspec import Struct

DIGITS = 6


class CodeAnswer(StrEnum):
    """The result of checking a typed code; each has its own sentence on the page."""

    RIGHT = "right"
    EMPTY = "empty"
    NOT_DIGITS = "not_digits"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    WRONG = "wrong"
    EXPIRED = "expired"
    USED = "used"
    LOCKED = "locked"
    CLOSED = "closed"

    @property
    def is_try(self) -> bool:
        """Tell whether a code was typed, right or wrong, and not something that can be none."""
        return self not in {self.EMPTY, self.NOT_DIGITS, self.TOO_SHORT, self.TOO_LONG}


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """What somebody typed as a code, and what the code has to be for."""

    purpose: str
    typed: str = field(repr=False)


class TypedCode(Struct, frozen=True):
    """A typed code: its digits, or why it cannot be a code."""

    digits: str
    fault: CodeAnswer | None


def read_code(typed: str) -> TypedCode:
    """Read six digits of any width, with or without spaces and hyphens."""
    text = unicodedata.normalize("NFKC", typed)
    digits = "".join(c for c in text if not c.isspace() and c not in "-‐‑‒–—―−ー－・.\u200b\ufeff")
    if not digits:
        return TypedCode("", CodeAnswer.EMPTY)
    if not (digits.isascii() and digits.isdigit()):
        return TypedCode("", CodeAnswer.NOT_DIGITS)
    if len(digits) != DIGITS:
        return TypedCode("", CodeAnswer.TOO_SHORT if len(digits) < DIGITS else CodeAnswer.TOO_LONG)
    return TypedCode(digits, None)
