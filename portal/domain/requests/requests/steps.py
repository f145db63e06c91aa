"""One step of a request as its resident reads it."""

from datetime import datetime

from msgspec import Struct


class Step(Struct, frozen=True):
    """When it happened (UTC; None for the future) and what, in the resident's language."""

    at: datetime | None
    words: str
