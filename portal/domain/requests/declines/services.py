"""What residents do with a decline: declare, correct, withdraw.

``review`` is for reviewers, ``outcome`` for the issuers' answers.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import NotAllowedError, NotFoundError, TooLateError
from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.program.opening import require_open
from portal.domain.foundation.texts import _, _s
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.events import Event
from portal.domain.letters.announcements.reach import Reach
from portal.domain.letters.announcements.services import announce
from portal.domain.requests.declines.declaring import (
    NOTHING,
    Declaration,
    Right,
    Unfinished,
    declare,
    lock_rights,
)
from portal.domain.requests.declines.earlier import look_back
from portal.domain.requests.declines.items import items_of, result_of
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.outcome import withdraw_items
from portal.domain.requests.declines.reasons import DeclineWarning
from portal.domain.requests.declines.states import DECLINE, DeclineState
from portal.domain.requests.declines.written import DeclineNote
from portal.domain.requests.requests.deciders import end_proposal
from portal.domain.requests.requests.kinds import RequestKind, Result
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import close, locked
from portal.domain.requests.requests.states import RequestState


def submit(
    work: Work,
    household_id: int,
    ordinals: Sequence[int],
    *,
    written: DeclineNote = NOTHING,
    receipt_no: str = "",
    way: Reach | None = None,
) -> Request:
    """Declare in the portal: children are claimed, coupons hidden, and the request awaits review.

    It completes what waits for these children: a correction, a wish recorded on the telephone, a
    form on paper that could not count. ``receipt_no`` is the number of a new request, ``way`` how
    the household is reached, where the caller has them already. After a refusal nothing is kept.

    Raises:
        NotAllowedError: the actor is of the staff (``paper`` is for them); a coupon was spent or
            cannot be stopped.
        TooEarlyError, TooLateError: outside the window.
        InputError: no child was chosen.
        ConflictError: declined already, or another request is open for a child.
    """
    _refuse_staff(work)
    rights = lock_rights(work, household_id, ordinals, jst_date(work.now))
    completes = look_back(work.session, household_id, rights)
    received_at, warnings = _basis(work, completes, rights)
    said = Declaration(household_id, rights, received_at, warnings=warnings, written=written)
    row = _declare(work, replace(said, receipt_no=receipt_no), completes)
    key, first = f"decline:{row.id}:received:{row.version}", completes is None
    announce(
        work, Event(household_id, "received", key, receipt_no=row.receipt_no, is_first=first), way
    )
    return row


def _declare(work: Work, said: Declaration, completes: Unfinished | None) -> Request:
    # a new request is refused before its first row is written; completing one may be refused
    # halfway
    with work.session.begin_nested() if completes is not None else nullcontext():
        return declare(work, said, completes)


def _refuse_staff(work: Work) -> None:
    if work.actor.organization is not None:
        raise NotAllowedError(
            _s(
                "辞退は、本人の画面での手続きか、署名のある書類でだけ受け付けます。"
                "書類を登録してください。"
            )
        )


def _basis(
    work: Work, completes: Unfinished | None, rights: Sequence[Right]
) -> tuple[datetime, tuple[str, ...]]:
    """Return the instant that counts and the warnings that stay.

    Refuses what is outside the window.
    """
    if completes is not None and _may_still_complete(work, completes, rights):
        row, honored = completes.request, DeclineWarning.HONORED
        return row.received_at, (honored,) if honored in row.warnings else ()
    require_open(work.program.windows.decline, work.now)
    return work.now, ()


def _may_still_complete(work: Work, before: Unfinished, rights: Sequence[Right]) -> bool:
    """Tell whether an earlier declaration in time counts.

    A receipt that was honored, or a correction for the same children.
    """
    warnings = before.request.warnings
    if DeclineWarning.LATE in warnings or work.program.windows.exchange.is_over(work.now):
        return False
    if DeclineWarning.HONORED in warnings:
        return True
    known = {item.entitlement_id for item in before.items}
    return bool(known) and {right.id for right in rights} <= known


def withdraw(work: Work, request_id: int, household_id: int) -> Request:
    """Withdraw a decline until the cut-off, which is the end of the decline window.

    Raises:
        NotFoundError: the household has no such decline.
        TooLateError: the cut-off has passed.
        WrongStateError: refused or withdrawn already, or an unclear form that is no decline yet.
        NotAllowedError: no code is left for a child whose coupon is void (``coupon_stock``).
    """
    row = locked(work.session, request_id)
    if row.household_id != household_id or row.kind != RequestKind.DECLINE:
        raise NotFoundError(_("この申請は見つかりませんでした。"))
    if work.program.windows.decline.is_over(work.now):
        raise TooLateError(
            _("辞退を取り下げられるのは、%(day)sまででした。")
            % {"day": format_day(work.program.windows.decline.last_day)}
        )
    items = items_of(work.session, row.id)
    back = [item for item in items if DECLINE.can(item.state, "withdraw")]
    if items and not back:
        DECLINE.next(items[0].state, "withdraw")
    withdraw_items(work, row, back)
    end_proposal(work, row)
    result = result_of(items_of(work.session, row.id)) if items else Result.WITHDRAWN
    close(work, row, result)
    if work.actor.organization is not None:
        key = f"decline:{row.id}:withdrawn:{row.version}"
        announce(work, Event(household_id, "decided", key, receipt_no=row.receipt_no))
    return row


def is_withdrawn(row: Request, items: Sequence[DeclineItem]) -> bool:
    """Tell whether a decline was withdrawn, so that nothing is left to withdraw."""
    states = {item.state for item in items}
    gone = {DeclineState.WITHDRAWN, DeclineState.REFUSED}
    return DeclineState.WITHDRAWN in states | {row.result} and states <= gone


def can_withdraw(work: Work, row: Request, items: Sequence[DeclineItem]) -> bool:
    """Tell whether the page may offer to withdraw a decline."""
    ended = row.state == RequestState.CLOSED and not items
    if ended or work.program.windows.decline.is_over(work.now):
        return False
    return not items or any(DECLINE.can(item.state, "withdraw") for item in items)
