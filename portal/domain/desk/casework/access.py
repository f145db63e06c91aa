"""Opening a household with a reason, and looking behind the masks: logged and counted (``security.md`` T10, A11)."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault, seal_json
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


def open_with_reason(
    session: Session,
    vault: Vault,
    household: Household,
    reason: Reason,
    words: str,
    actor: Actor,
    now: datetime,
) -> datetime:
    """Log why a household is opened; returns until when it stays open. ``words`` may name people, so they are sealed."""
    sealed = None
    if words:
        key = vault.unwrap(household.wrapped_key)
        sealed = seal_json(key, {"words": words}, f"reason:{household.id}")
    record(
        session,
        actor,
        now,
        "household.opened",
        "household",
        household.id,
        household_id=household.id,
        sealed=sealed,
        reason=reason.value,
    )
    return now + OPEN_FOR


def unmask(
    session: Session, household: Household, part: Part, reason: Reason, actor: Actor, now: datetime
) -> datetime:
    """Log that somebody looks behind a mask; returns until when it stays open. Unusually many are noted."""
    record(
        session,
        actor,
        now,
        "household.unmasked",
        "household",
        household.id,
        household_id=household.id,
        part=part.value,
        reason=reason.value,
    )
    count_look(session, actor, now)
    return now + SHOWN_FOR


def count_look(session: Session, actor: Actor, now: datetime) -> None:
    """Count that somebody saw what is masked; more than sixty an hour are noted as unusual."""
    if not throttles.take(session, UNMASK_HOUR, str(actor.id), now).allowed:
        record(session, actor, now, "staff.unusual_browsing", "staff_user", actor.id, what="unmask")


def note_protected_asked(
    session: Session, household_id: int, actor: Actor, now: datetime, *, call_id: int | None = None
) -> None:
    """Log that somebody who may not know asked for a protected household; ``call_id`` is the call in which it was."""
    record(
        session,
        actor,
        now,
        "household.protected_asked",
        "household",
        household_id,
        household_id=household_id,
        call=call_id,
    )
