"""Tell a household by post what happened to its account, where no address is in force for it.

Whose only source of codes is an app, and whose address was shut by wrong codes, would not hear of a
change that waits, of a new device or of a new password. The card goes to the registered address,
which no sign-in changes, and says only that something happened. It never goes to a household that
is silenced, nor to one whose source the ward's counter set in silence: who opens the letters there
is not known.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import SYSTEM
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.events import Event
from portal.domain.letters.announcements.first_sign_in import BY_POST
from portal.domain.letters.announcements.models import Announcement
from portal.domain.letters.announcements.reach import CARD
from portal.domain.letters.announcements.services import announce
from portal.domain.letters.announcements.silence import silenced
from portal.domain.letters.announcements.states import ANNOUNCEMENT
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import lock_row
from portal.domain.people.credentials.states import USABLE
from portal.domain.people.notices.events import ProgressEvent

EVENT = ProgressEvent.ACCOUNT_CHANGED
AT_ONCE = 100
MOST, IN_TIME = 4, timedelta(days=30)
"""A household gets at most four in thirty days, whatever somebody does to its account."""


def wanted_cards(session: Session) -> Sequence[int]:
    """Return the keys of accounts whose household is to get a card, at most ``AT_ONCE``."""
    statement = select(Credential.id).where(Credential.card_wanted_at.is_not(None))
    return session.scalars(statement.order_by(Credential.id).limit(AT_ONCE)).all()


def write_card(work: Work, credential_id: int) -> None:
    """Queue the card that an account wants; one that still waits for its print covers this too."""
    credential = lock_row(work.session, credential_id)
    wanted_at, credential.card_wanted_at = credential.card_wanted_at, None
    if wanted_at is None or not _may_have(work, credential):
        return
    key = f"{EVENT}:{credential.id}:{int(wanted_at.timestamp())}"
    announce(work, Event(credential.household_id, EVENT, key), BY_POST)


def _may_have(work: Work, credential: Credential) -> bool:
    home = credential.household_id
    if credential.state not in USABLE or home in silent_homes(work.session, [home]):
        return False
    same = select(func.count(Announcement.id)).where(
        Announcement.household_id == home, Announcement.event == EVENT, Announcement.medium == CARD
    )
    if work.session.scalar(same.where(Announcement.state == ANNOUNCEMENT.initial)):
        return False
    lately = same.where(Announcement.created_at > work.now - IN_TIME)
    if (work.session.scalar(lately) or 0) >= MOST:
        by_system = work.acting_as(SYSTEM)
        record(by_system, "notice.left_out", "credential", credential.id, household_id=home)
        return False
    return True


def silent_homes(session: Session, household_ids: Collection[int]) -> set[int]:
    """Return the households that get no card about their account now, asked again at the print."""
    return silenced(session, household_ids) | quiet_homes(session, household_ids)


def quiet_homes(session: Session, household_ids: Collection[int]) -> set[int]:
    """Return the households for which the ward's counter set a channel in silence."""
    quiet = (
        select(Credential.household_id)
        .join(OtpAuthenticator, OtpAuthenticator.credential_id == Credential.id)
        .where(Credential.household_id.in_(household_ids), OtpAuthenticator.quiet)
    )
    return set(session.scalars(quiet))
