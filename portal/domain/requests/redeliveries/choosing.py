"""Giving a request without sign-in to the household it comes from.

The owner of an account is asked first.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.orders import living_letter
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Household
from portal.domain.requests.redeliveries.announcing import tell
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.redeliveries.queries import NONE, open_request
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import move, touch, warn
from portal.domain.requests.requests.states import REQUEST

ACTIVATED, SEVERAL, NOT_SURE, NO_MATCH, WARD, ADDRESS = (
    "activated",
    "several",
    "not_sure",
    "no_match",
    "ward",
    "address",
)


def has_account(session: Session, household_id: int) -> bool:
    """Tell whether somebody of the household finished the first sign-in, so that a new letter would shut them out."""
    statement = select(Credential.id).where(
        Credential.household_id == household_id,
        Credential.activated_at.is_not(None),
        Credential.state.in_(("issued", "active", "locked", "suspended")),
    )
    return session.scalar(statement.limit(1)) is not None


def warn_of(
    request: Request, code: str, now: datetime, *, instead_of: tuple[str, ...] = ()
) -> None:
    """Add a warning to a locked request, in place of others."""
    kept = [one for one in request.warnings if one not in instead_of and one != code]
    warn(request, (*kept, code), now)


def drop_warnings(request: Request, codes: tuple[str, ...], now: datetime) -> None:
    """Take warnings away that were settled."""
    warn(request, tuple(one for one in request.warnings if one not in codes), now)


def choose_household(work: Work, request: Request, row: Redelivery, household_id: int) -> None:
    """Give a locked request to a household.

    With an account, its own channel is told, and the answer waited for.

    Raises:
        NotFoundError: there is no such household.
        ConflictError: the household has an open request for its letter; the message gives its
            number.
    """
    household = work.session.scalar(
        select(Household).where(Household.id == household_id).with_for_update(key_share=True)
    )
    if household is None:
        raise NotFoundError(_s("この世帯は見つかりませんでした。検索からやりなおしてください。"))
    other = open_request(work.session, household_id, None)
    if other is not None and other.id != request.id:
        _refuse_duplicate(work, request, other)
        return
    request.household_id = household_id
    letter = living_letter(work.session, household_id)
    row.letter_id = letter.id if letter is not None else None
    row.changed_at = work.now
    drop_warnings(request, (SEVERAL, NOT_SURE, NO_MATCH, ACTIVATED), work.now)
    record(work, "redelivery.chosen", "request", request.id, household_id=household_id)
    if row.proof == NONE and row.confirmed_at is None and has_account(work.session, household_id):
        warn_of(request, ACTIVATED, work.now)
        if REQUEST.can(request.state, "ask_back"):
            move(work, request, "ask_back")
        if not household.protected:
            tell(work, request, row, "received", card=False)
    else:
        touch(request, work.now)
    work.session.flush()


def _refuse_duplicate(work: Work, request: Request, other: Request) -> None:
    """Warn of a second open request where nobody decides; raise ConflictError for a person."""
    if work.actor.id is None:  # a person closes it as a duplicate
        warn_of(request, SEVERAL, work.now)
        return
    raise ConflictError(
        _s(
            "この世帯には、審査中の再配送の申請 %(number)s があります。"
            "こちらは重複として断ってください。"
        )
        % {"number": other.receipt_no},
        code="duplicate",
    )
