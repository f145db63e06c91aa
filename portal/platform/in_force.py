"""The program as it is in force: its file with what the ward approved on the staff site since.

Each process reads the approved records once in some seconds and keeps them, so that no page pays a
statement for them; after so long at most, every process shows what was approved or taken back.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from msgspec import Struct, field
from sqlalchemy.orm import Session

from portal.domain.contacts.hours.queries import Approved, approved
from portal.domain.contacts.site_texts.queries import shown
from portal.domain.contacts.site_texts.text_places import TextPlace
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.program.approved_hours import with_approved
from portal.domain.foundation.program.local_text import LocalText
from portal.domain.foundation.program.schema import Program

KEPT_SECONDS = 20.0


class Records(Struct, frozen=True):
    """The approved hours, and the texts that are shown now."""

    hours: Approved = field(default_factory=Approved)
    texts: Mapping[TextPlace, LocalText] = field(default_factory=dict)


NOTHING = Records()


class InForce:
    """What a process knows of the approved records; its threads may use it at once.

    At worst several read the same. The program that it makes stays the same object until something
    changes, so that others can keep what they made of it.
    """

    def __init__(
        self, seconds: float = KEPT_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Keep what was read for so long, by a clock in seconds; with 0 every page reads."""
        self._seconds, self._clock = seconds, clock
        self._kept = NOTHING
        self._read_at = -math.inf
        self._made: tuple[Program, Records, Program] | None = None

    @property
    def is_old(self) -> bool:
        """Whether the records have to be read again."""
        return self._clock() >= self._read_at + self._seconds

    def refresh(self, session: Session, now: datetime) -> None:
        """Read the records of an instant (UTC), if they were read too long ago."""
        if not self.is_old:
            return
        asked = self._clock()
        found = Records(approved(session), shown(session, jst_date(now)))
        if found != self._kept:
            self._kept = found
        self._read_at = asked

    def program(self, filed: Program) -> Program:
        """Return a program with what was approved; the file's own where nothing was."""
        kept, made = self._kept, self._made
        if kept == NOTHING:
            return filed
        if made is None or made[0] is not filed or made[1] is not kept:
            made = self._made = filed, kept, _with(filed, kept)
        return made[2]


def _with(filed: Program, records: Records) -> Program:
    texts: dict[str, Any] = {place.value: text for place, text in records.texts.items()}
    return replace(
        filed,
        calendar=with_approved(filed.calendar, records.hours.weeks, records.hours.specials),
        texts=replace(filed.texts, **texts),
    )
