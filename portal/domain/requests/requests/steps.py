"""One step of a request as its resident reads it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Step:
    """When it happened (UTC; None for the future) and what, in the resident's language."""

    at: datetime | None
    words: str
