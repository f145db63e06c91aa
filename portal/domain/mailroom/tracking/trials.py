"""Record the post's events of test postings with their letters.

They are left out of every count of the households' mail.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from sqlalchemy import select

from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import LetterWithoutId
from portal.domain.letters.letters.states import LETTER_WITHOUT_ID, TEST_POSTING
from portal.domain.letters.letters.without_id import end
from portal.domain.letters.shipments.states import ShipmentState
from portal.domain.mailroom.tracking.file import PostEvent
from portal.domain.mailroom.tracking.meanings import meanings
from portal.domain.mailroom.tracking.words import DECISIVE, read_word

AT_ONCE = 500
ENDS: Mapping[ShipmentState, str] = {
    ShipmentState.DELIVERED: "arrive",
    ShipmentState.RETURNING: "come_back",
}
"""The step of a test letter that corresponds to a shipment's state."""


def ingest_trials(
    work: Work, events: Sequence[PostEvent], followed: Callable[[PostEvent], date | None]
) -> list[PostEvent]:
    """Record which test letters arrived or came back, and return the events of other mail.

    ``followed`` returns the posting day of the shipment with an event's number, if any, since the
    post reuses numbers.
    """
    letters: dict[str, list[LetterWithoutId]] = {}
    numbers = sorted({event.tracking_no for event in events})
    for start in range(0, len(numbers), AT_ONCE):
        rows = work.session.scalars(
            select(LetterWithoutId).where(
                LetterWithoutId.kind == TEST_POSTING,
                LetterWithoutId.tracking_no.in_(numbers[start : start + AT_ONCE]),
            )
        )
        for row in rows:
            letters.setdefault(row.tracking_no or "", []).append(row)
    rest: list[PostEvent] = []
    found: list[tuple[PostEvent, LetterWithoutId]] = []
    for event in events:
        letter = _letter(letters.get(event.tracking_no, ()), event.on, followed(event))
        if letter is None:
            rest.append(event)
        else:
            found.append((event, letter))
    said = meanings(work.session) if found else {}
    for event, letter in sorted(found, key=lambda one: one[0].on):
        state = DECISIVE.get(read_word(event.word, said))
        action = ENDS.get(state, "") if state is not None else ""
        if LETTER_WITHOUT_ID.can(letter.state, action):
            end(work, letter.id, action, event.on)
    return rest


def _letter(
    letters: Sequence[LetterWithoutId], on: date, other: date | None
) -> LetterWithoutId | None:
    """Return the letter that had the number on a day; None if a shipment got it later."""
    posted = [
        (row.posted_on, row.id, row)
        for row in letters
        if row.posted_on is not None and row.posted_on <= on
    ]
    if not posted:
        return None
    day, _key, row = max(posted, key=lambda one: one[:2])
    return None if other is not None and other > day else row
