"""Carries out decisions on redeliveries, their withdrawal, and the account owner's confirmation."""

from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError, NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _, _s
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.orders import cancel_order
from portal.domain.letters.letters.states import REDELIVERY as REASON
from portal.domain.people.households.models import Household
from portal.domain.requests.redeliveries.announcing import News, tell
from portal.domain.requests.redeliveries.choosing import (
    choose_household,
    drop_warnings,
    warn_of,
)
from portal.domain.requests.redeliveries.queries import RedeliveryCase, case_of
from portal.domain.requests.redeliveries.reasons import RedeliveryWarning
from portal.domain.requests.redeliveries.states import REDELIVERY, MissingItem, RedeliveryState
from portal.domain.requests.requests.deciders import (
    end_proposal,
    is_of_ward,
    refuse_own_entry,
)
from portal.domain.requests.requests.decisions import Decided
from portal.domain.requests.requests.kinds import Result
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import close, locked, move, set_reply


def choose(work: Work, request: Request, decided: Decided) -> Request:
    """Assign a request without sign-in to a household (``extra_other``, ``extra_household``).

    Raises:
        InputError: neither is a key.
        NotFoundError: no such household.
        WrongStateError: it was decided before.
    """
    case = case_of(work.session, request)
    typed = decided.more.get("extra_other", "") or decided.more.get("extra_household", "")
    REDELIVERY.next(case.row.state, "approve")
    key = typed.strip().removeprefix("#")
    if not (key.isascii() and key.isdigit() and len(key) < 16):
        raise InputError(_s("世帯を選んでください。"))
    household = work.session.get(Household, int(key))
    if household is None or (household.protected and not is_of_ward(work.actor)):
        raise NotFoundError(_s("この世帯は見つかりませんでした。検索からやりなおしてください。"))
    choose_household(work, case, household.id)
    return request


def to_ward(work: Work, request: Request, _decided: Decided) -> Request:
    """Pass a request to the ward. Raises WrongStateError where it was decided before."""
    row = case_of(work.session, request).row
    REDELIVERY.next(row.state, "refuse")
    row.ward_only, row.changed_at = True, work.now
    warn_of(request, RedeliveryWarning.WARD, work.now)
    request.claimed_by, request.claimed_until = None, None
    record(work, "redelivery.to_ward", "request", request.id, household_id=request.household_id)
    work.session.flush()
    return request


def refuse(work: Work, request: Request, decided: Decided) -> Request:
    """Refuse a locked request, and tell its household why.

    One of no household is the ward's alone from then on (decision 99).

    Raises:
        NotAllowedError: the own entry, or a request for the ward alone.
        WrongStateError: it was decided before.
    """
    refuse_own_entry(request, work.actor)
    case = case_of(work.session, request)
    row = case.row
    after = REDELIVERY.next(row.state, "refuse")
    if not is_of_ward(work.actor):
        if row.ward_only:
            raise NotAllowedError(_s("この申請は、区の職員が決めます。"))
        if request.household_id is None:
            # only those who may see every household can know that none fits
            raise NotAllowedError(
                _s(
                    "世帯が決まらない申請を断れるのは、区の職員だけです。「区に回す」"
                    "を選んでください。"
                )
            )
    if row.state == RedeliveryState.APPROVED and row.item == MissingItem.LETTER:
        cancel_order(work, request.household_id or 0, reason=REASON)
    row.state, row.decided_at, row.changed_at = after, work.now, work.now
    set_reply(work.vault, request, decided.reply)
    end_proposal(work, request)
    if request.household_id is None:  # gone like one that the ward found to be a protected family's
        request.ward_only = True
    close(work, request, Result.REFUSED, reason=decided.reason)
    tell(work, case, News.REFUSED)
    return request


def withdraw(work: Work, request_id: int, household_id: int) -> Request:
    """Withdraw a request, until the new letter is printed or the parcel posted.

    Raises:
        NotFoundError: the household has no such request.
        WrongStateError: it was decided otherwise, or carried out.
    """
    case = _own(work.session, request_id, household_id)
    row, after = case.row, REDELIVERY.next(case.row.state, "withdraw")
    if row.state == RedeliveryState.APPROVED and row.item == MissingItem.LETTER:
        cancel_order(work, household_id, reason=REASON)
    row.state, row.changed_at = after, work.now
    end_proposal(work, case.request)
    return close(work, case.request, Result.WITHDRAWN)


def confirm_own(work: Work, request_id: int, household_id: int) -> Request:
    """Record that a request without sign-in is the account owner's; else it is withdrawn.

    Raises:
        NotFoundError: the household has no such request.
        WrongStateError: nobody asks (any more).
    """
    case = _own(work.session, request_id, household_id)
    move(work, case.request, "answer")
    case.row.confirmed_at, case.row.changed_at = work.now, work.now
    drop_warnings(case.request, (RedeliveryWarning.ACTIVATED,), work.now)
    work.session.flush()
    return case.request


def _own(session: Session, request_id: int, household_id: int) -> RedeliveryCase:
    request = locked(session, request_id)
    if request.household_id != household_id:
        raise NotFoundError(_("この申請は見つかりませんでした。"))
    return case_of(session, request)
