"""Assigns a request without sign-in to a household; the owner of an account is asked first."""

from collections.abc import Collection
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
from portal.domain.requests.redeliveries.announcing import News, tell
from portal.domain.requests.redeliveries.queries import RedeliveryCase, open_request
from portal.domain.requests.redeliveries.reasons import RedeliveryWarning
from portal.domain.requests.redeliveries.states import Proof
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import move, touch, warn
from portal.domain.requests.requests.states import REQUEST

UNMATCHED = (
    RedeliveryWarning.SEVERAL,
    RedeliveryWarning.NOT_SURE,
    RedeliveryWarning.NO_MATCH,
    RedeliveryWarning.ACTIVATED,
)
"""Warnings that are settled once a household is chosen."""


def has_account(session: Session, household_id: int) -> bool:
    """Tell whether the household has an account, which a new letter would lock out."""
    statement = select(Credential.id).where(
        Credential.household_id == household_id,
        Credential.activated_at.is_not(None),
        Credential.state.in_(("issued", "active", "locked", "suspended")),
    )
    return session.scalar(statement.limit(1)) is not None


def warn_of(request: Request, code: RedeliveryWarning, now: datetime) -> None:
    """Add a warning to a locked request."""
    kept = [one for one in request.warnings if one != code]
    warn(request, (*kept, code.value), now)


def drop_warnings(request: Request, codes: Collection[str], now: datetime) -> None:
    """Remove warnings that were settled."""
    warn(request, tuple(one for one in request.warnings if one not in codes), now)


def choose_household(work: Work, case: RedeliveryCase, household_id: int) -> None:
    """Assign a locked request to a household.

    The owner of an account is told on the account's own channel, and the answer is awaited. The
    request is open then to whoever may know of the household.

    Raises:
        NotFoundError: there is no such household.
        ConflictError: the household has an open request for its letter; the message gives its
            number.
    """
    request, row = case.request, case.row
    household = work.session.scalar(
        select(Household).where(Household.id == household_id).with_for_update(key_share=True)
    )
    if household is None:
        raise NotFoundError(_s("この世帯は見つかりませんでした。検索からやりなおしてください。"))
    other = open_request(work.session, household_id, None)
    if other is not None and other.id != request.id:
        _refuse_duplicate(work, request, other)
        return
    request.household_id, request.ward_only = household_id, household.protected
    letter = living_letter(work.session, household_id)
    row.letter_id = letter.id if letter is not None else None
    row.changed_at = work.now
    drop_warnings(request, UNMATCHED, work.now)
    record(work, "redelivery.chosen", "request", request.id, household_id=household_id)
    unasked = row.proof == Proof.NONE and row.confirmed_at is None
    if unasked and has_account(work.session, household_id):
        warn_of(request, RedeliveryWarning.ACTIVATED, work.now)
        if REQUEST.can(request.state, "ask_back"):
            move(work, request, "ask_back")
        if not household.protected:
            tell(work, case, News.RECEIVED)
    else:
        touch(request, work.now)
    work.session.flush()


def _refuse_duplicate(work: Work, request: Request, other: Request) -> None:
    """Warn of a second open request where nobody decides; raise ConflictError for a person."""
    if work.actor.id is None:  # a person closes it as a duplicate
        warn_of(request, RedeliveryWarning.SEVERAL, work.now)
        return
    raise ConflictError(
        _s(
            "この世帯には、審査中の再配送の申請 %(number)s があります。"
            "こちらは重複として断ってください。"
        )
        % {"number": other.receipt_no},
        code="duplicate",
    )
