"""What an answer of the staff site opened of families, for the record (decision 0004)."""

from dataclasses import dataclass
from typing import Any

from portal.domain.foundation.actors import SYSTEM, Actor
from portal.domain.foundation.work import Work
from portal.domain.people.households.looks import record_look
from portal.platform.http.answer import Reply
from portal.platform.page import Page


@dataclass(slots=True)
class Look:
    """What was opened for a page, by its sealing contexts, and for whom."""

    page: Page[Any]
    opened: set[bytes]
    actor: Actor = SYSTEM

    def record(self, work: Work) -> None:
        """Record it as one event, or as some, which name the page."""
        record_look(work, self.opened, f"{self.page.method} {self.page.path}")


def shows(response: Reply) -> bool:
    """Tell whether an answer has a body: a redirect shows nothing of what was opened for it."""
    return not 300 <= (response.status_code or 200) < 400
