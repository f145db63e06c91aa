"""Tell a household by post that its ID was used for the first time (A3 of ``security.md``).

Whoever photographed the letter before its owner opened it can finish the first sign-in and then
owns every channel. The card goes to the registered address, which no sign-in changes.
"""

from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.events import Event
from portal.domain.letters.announcements.reach import Reach
from portal.domain.letters.announcements.services import announce
from portal.domain.people.credentials.models import Credential
from portal.domain.people.notices.events import ProgressEvent

BY_POST = Reach(None, SOURCE_LOCALE)


def announce_first_sign_in(work: Work, credential: Credential) -> None:
    """Queue the card of a first sign-in, once for each letter, unless the ward saves it."""
    if work.program.card_after_first_sign_in:
        key = f"{ProgressEvent.FIRST_SIGN_IN}:{credential.id}"
        announce(work, Event(credential.household_id, ProgressEvent.FIRST_SIGN_IN, key), BY_POST)
