"""One event of a household's request or mail, as it is handed to ``announce``."""

from dataclasses import dataclass, field
from datetime import date

from portal.domain.people.notices.events import DATED_EVENTS, ProgressEvent

KEY_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, and which household is informed of it.

    Attributes:
        household_id: Whom to inform.
        code: A ``ProgressEvent``.
        key: Identifies the event (subject and step, ``decline:123:accepted``), at most 100
            characters; each key is announced once.
        receipt_no: The receipt number of the request that the event is about.
        due: The last day (JST) of an event of ``DATED_EVENTS``, after which nobody is called or
            sent a card.
        contact: A telephone number left on a paper form, used for nothing else.
        is_first: Nothing was announced about ``receipt_no`` yet.

    Raises:
        ValueError: unknown event, too long a key, or an event of ``DATED_EVENTS`` without its day.
    """

    household_id: int
    code: str
    key: str
    receipt_no: str | None = None
    due: date | None = None
    contact: str | None = field(default=None, repr=False)
    is_first: bool = False

    def __post_init__(self) -> None:
        """Refuse an event that cannot be announced."""
        known, is_dated = ProgressEvent.known(self.code), self.code in DATED_EVENTS
        if known is None or len(self.key) > KEY_LENGTH or is_dated != bool(self.due):
            raise ValueError("not an event that can be announced")
