"""Carrying out what is decided on redeliveries, taking them back, and the account owner's word about one without sign-in."""

from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Organization
from portal.domain.foundation.approvals.services import turn_down
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError, NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _, _s
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.orders import cancel_order
from portal.domain.letters.letters.states import REDELIVERY as REASON
from portal.domain.people.households.models import Household
from portal.domain.requests.redeliveries.announcing import tell
from portal.domain.requests.redeliveries.approving import Terms, approve
from portal.domain.requests.redeliveries.choosing import (
    ACTIVATED,
    WARD,
    choose_household,
    drop_warnings,
    warn_of,
)
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.redeliveries.queries import LETTER, redelivery_of
from portal.domain.requests.redeliveries.states import REDELIVERY
from portal.domain.requests.requests.decisions import Decided
from portal.domain.requests.requests.four_eyes import proposal_of, refuse_own_entry
from portal.domain.requests.requests.kinds import REFUSED, WITHDRAWN
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import locked, move, set_reply


def _end_proposal(work: Work, request: Request) -> None:
    if (proposal := proposal_of(work.session, request.id)) is not None:
        turn_down(work, proposal.id, household_id=request.household_id)


def choose(work: Work, request: Request, decided: Decided) -> Request:
    """Give a request without sign-in to a household: ``extra_other`` or ``extra_household`` (keys).

    Raises:
        InputError: neither is a key.
        NotFoundError: no such household.
        WrongStateError: it was decided before.
    """
    row = redelivery_of(work.session, request.id, lock=True)
    typed = decided.more.get("extra_other", "") or decided.more.get("extra_household", "")
    REDELIVERY.next(row.state, "approve")
    key = typed.strip().removeprefix("#")
    if not (key.isascii() and key.isdigit() and len(key) < 16):
        raise InputError(_s("世帯を選んでください。"))
    household = work.session.get(Household, int(key))
    if household is None or (
        household.protected and work.actor.organization is not Organization.WARD
    ):
        raise NotFoundError(_s("この世帯は見つかりませんでした。検索からやりなおしてください。"))
    choose_household(work, request, row, household.id)
    return request


def to_ward(work: Work, request: Request, _decided: Decided) -> Request:
    """Leave a request to the ward. Raises WrongStateError where it was decided before."""
    row = redelivery_of(work.session, request.id, lock=True)
    REDELIVERY.next(row.state, "refuse")
    row.ward_only, row.changed_at = True, work.now
    warn_of(request, WARD, work.now)
    request.claimed_by, request.claimed_until = None, None
    record(work, "redelivery.to_ward", "request", request.id, household_id=request.household_id)
    work.session.flush()
    return request


def refuse(work: Work, request: Request, decided: Decided) -> Request:
    """Refuse a locked request, and tell its household why.

    Raises:
        NotAllowedError: the own entry, or a request for the ward alone.
        WrongStateError: it was decided before.
    """
    refuse_own_entry(request, work.actor)
    row = redelivery_of(work.session, request.id, lock=True)
    after = REDELIVERY.next(row.state, "refuse")
    if work.actor.organization is not Organization.WARD:
        if row.ward_only:
            raise NotAllowedError(_s("この申請は、区の職員が決めます。"))
        if request.household_id is None:
            # whoever cannot see every household cannot know that none fits
            raise NotAllowedError(
                _s(
                    "世帯が決まらない申請を断れるのは、区の職員だけです。「区に回す」"
                    "を選んでください。"
                )
            )
    if row.state == "approved" and row.item == LETTER:
        cancel_order(work, request.household_id or 0, reason=REASON)
    row.state, row.decided_at, row.changed_at = after, work.now, work.now
    set_reply(work.vault, request, decided.reason, decided.text)
    _end_proposal(work, request)
    move(work, request, "close", result=REFUSED, reason=decided.reason)
    tell(work, request, row, "decided", card=True)
    return request


def approve_with_terms(work: Work, request: Request, decided: Decided) -> Request:
    """Approve a locked request with what the reviewer typed beside it (``Terms``).

    Raises:
        DomainError: as ``approving.approve``.
    """
    row = redelivery_of(work.session, request.id, lock=True)
    approve(work, request, row, Terms.read(decided.more))
    return request


def withdraw(work: Work, request_id: int, household_id: int) -> Request:
    """Take a request back, until the new letter is printed or the parcel posted.

    Raises:
        NotFoundError: the household has no such request.
        WrongStateError: it was decided otherwise, or carried out.
    """
    request, row = _own(work.session, request_id, household_id)
    after = REDELIVERY.next(row.state, "withdraw")
    if row.state == "approved" and row.item == LETTER:
        cancel_order(work, household_id, reason=REASON)
    row.state, row.changed_at = after, work.now
    _end_proposal(work, request)
    return move(work, request, "close", result=WITHDRAWN)


def answer(work: Work, request_id: int, household_id: int, *, mine: bool) -> Request:
    """Keep what the owner of the account says about a request without sign-in.

    Theirs, or taken back at once.

    Raises:
        NotFoundError: the household has no such request.
        WrongStateError: nobody asks (any more).
    """
    if not mine:
        return withdraw(work, request_id, household_id)
    request, row = _own(work.session, request_id, household_id)
    move(work, request, "answer")
    row.confirmed_at, row.changed_at = work.now, work.now
    drop_warnings(request, (ACTIVATED,), work.now)
    work.session.flush()
    return request


def _own(session: Session, request_id: int, household_id: int) -> tuple[Request, Redelivery]:
    request = locked(session, request_id)
    if request.household_id != household_id:
        raise NotFoundError(_("この申請は見つかりませんでした。"))
    return request, redelivery_of(session, request_id, lock=True)
