"""Opening a household with a reason, and looking behind the masks.

Logged and counted (``security.md`` T10, A11).
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import seal_json
from portal.domain.foundation.work import Work
from portal.domain.people.authn import throttles
from portal.domain.people.households.models import Household

OPEN_FOR = timedelta(minutes=15)
SHOWN_FOR = timedelta(minutes=5)
UNMASK_HOUR = throttles.Limit("t10u", 60, 3600)


class Reason(StrEnum):
    """Why somebody opens a household."""

    INQUIRY = "inquiry"
    REQUEST = "request"
    HOLD = "hold"
    RETURNED = "returned"
    CHECK = "check"
    OTHER = "other"


class Part(StrEnum):
    """What is masked until somebody asks for it."""

    NAME = "name"
    ADDRESS = "address"
    BIRTH = "birth"
    CHILDREN = "children"
    LOGIN_ID = "login_id"


def existing(session: Session, household_id: int) -> Household:
    """Return the household's row.

    Raises:
        NotFoundError: there is none of that key.
    """
    found = session.get(Household, household_id)
    if found is None:
        raise unknown()
    return found


def unknown() -> NotFoundError:
    """Return what is said of a household that is not there."""
    return NotFoundError(_s("この世帯は見つかりませんでした。検索からやりなおしてください。"))


def open_with_reason(work: Work, household: Household, reason: Reason, words: str) -> datetime:
    """Log why a household is opened; returns until when it stays open.

    ``words`` may name people, so they are sealed.
    """
    sealed = None
    if words:
        key = work.vault.unwrap(household.wrapped_key)
        sealed = seal_json(key, {"words": words}, f"reason:{household.id}")
    record(
        work,
        "household.opened",
        "household",
        household.id,
        household_id=household.id,
        sealed=sealed,
        reason=reason.value,
    )
    return work.now + OPEN_FOR


def unmask(work: Work, household: Household, part: Part, reason: Reason) -> datetime:
    """Log that somebody looks behind a mask; returns until when it stays open.

    Unusually many are noted.
    """
    record(
        work,
        "household.unmasked",
        "household",
        household.id,
        household_id=household.id,
        part=part.value,
        reason=reason.value,
    )
    count_look(work)
    return work.now + SHOWN_FOR


def count_look(work: Work) -> None:
    """Count that somebody saw what is masked; more than sixty an hour are noted as unusual."""
    if not throttles.take(work.session, UNMASK_HOUR, str(work.actor.id), work.now).allowed:
        record(work, "staff.unusual_browsing", "staff_user", work.actor.id, what="unmask")


def note_protected_asked(work: Work, household_id: int, *, call_id: int | None = None) -> None:
    """Log that somebody who may not know asked for a protected household.

    ``call_id`` is the call in which it was.
    """
    record(
        work,
        "household.protected_asked",
        "household",
        household_id,
        household_id=household_id,
        call=call_id,
    )
