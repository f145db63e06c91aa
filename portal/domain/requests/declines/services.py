"""What residents do with a decline: declare, correct, take back.

Reviewers and issuers: ``review``, ``outcome``.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import NotAllowedError, NotFoundError, TooLateError
from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.program.opening import require_open
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _, _s
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.reach import Reach
from portal.domain.letters.announcements.services import announce
from portal.domain.requests.declines.declaring import (
    HONORED,
    LATE,
    NOTHING,
    Declaration,
    Right,
    declare,
    lock_rights,
)
from portal.domain.requests.declines.earlier import look_back
from portal.domain.requests.declines.items import items_of, result_of
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.outcome import stop_confirmed, stop_found_spent, take_back
from portal.domain.requests.declines.review import withdraw_proposal
from portal.domain.requests.declines.states import DECLINE
from portal.domain.requests.declines.written import DeclineNote
from portal.domain.requests.requests import kinds
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import locked, move

__all__ = [
    "stop_confirmed",
    "stop_found_spent",
    "submit",
    "withdraw",
]


def submit(
    work: Work,
    household_id: int,
    ordinals: Sequence[int],
    *,
    written: DeclineNote = NOTHING,
    receipt_no: str | None = None,
    way: Reach | None = None,
) -> Request:
    """Declare in the portal: children are claimed, coupons hidden, and the request waits for review.

    It completes what waits for these children: a correction, a wish told on the telephone, a form
    on paper that could not count. ``receipt_no`` is the number of a new request, ``way`` how the
    household is told, where the caller has them already. After a refusal nothing of it is kept.

    Raises:
        NotAllowedError: the actor is of the staff (``paper`` is their way); a coupon was spent or
            cannot be stopped.
        TooEarlyError, TooLateError: outside the window.
        InputError: no child was chosen.
        ConflictError: declined already, or another request is open for a child.
    """
    if work.actor.organization is not None:
        raise NotAllowedError(
            _s(
                "辞退は、本人の画面での手続きか、署名のある書類でだけ受け付けます。"
                "書類を登録してください。"
            )
        )
    rights = lock_rights(work, household_id, ordinals, jst_date(work.now))
    completes = look_back(work.session, household_id, rights)
    received_at, warnings = _basis(work.program, completes, rights, work.now)
    said = Declaration(received_at, warnings=warnings, written=written, receipt_no=receipt_no)
    # a new request is refused before its first row is written; completing one may be refused
    # halfway
    with work.session.begin_nested() if completes is not None else nullcontext():
        row = declare(work, household_id, rights, said, completes)
    announce(
        work,
        household_id,
        "received",
        f"decline:{row.id}:received:{row.version}",
        receipt_no=row.receipt_no,
        way=way,
        is_first=completes is None,
    )
    return row


def _basis(
    program: Program,
    completes: tuple[Request, list[DeclineItem]] | None,
    rights: Sequence[Right],
    now: datetime,
) -> tuple[datetime, tuple[str, ...]]:
    """Return the instant that counts and the warnings that stay.

    Refuses what is outside the window.
    """
    if completes is not None and may_still_complete(program, completes, rights, now):
        row = completes[0]
        return row.received_at, (HONORED,) if HONORED in row.warnings else ()
    require_open(program.windows.decline, now)
    return now, ()


def may_still_complete(
    program: Program,
    completes: tuple[Request, list[DeclineItem]],
    rights: Sequence[Right],
    now: datetime,
) -> bool:
    """Tell whether an earlier word in time counts.

    A receipt that was honored, or a correction for the same children.
    """
    row, items = completes
    if LATE in row.warnings or program.windows.exchange.is_over(now):
        return False
    if HONORED in row.warnings:
        return True
    known = {item.entitlement_id for item in items}
    return bool(known) and {right.id for right in rights} <= known


def withdraw(work: Work, request_id: int, household_id: int) -> Request:
    """Take a decline back until the cut-off, which is the end of the decline window.

    Raises:
        NotFoundError: the household has no such decline.
        TooLateError: the cut-off has passed.
        WrongStateError: refused or taken back already, or an unclear form that is no decline yet.
        NotAllowedError: no code is left for a child whose coupon is void (``coupon_stock``).
    """
    row = locked(work.session, request_id)
    if row.household_id != household_id or row.kind != kinds.DECLINE:
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
    take_back(work, row, back)
    withdraw_proposal(work, row)
    result = result_of(items_of(work.session, row.id)) if items else kinds.WITHDRAWN
    move(work, row, "reclose" if row.state == "closed" else "close", result=result)
    if work.actor.organization is not None:
        announce(
            work,
            household_id,
            "decided",
            f"decline:{row.id}:withdrawn:{row.version}",
            receipt_no=row.receipt_no,
        )
    return row


def is_taken_back(row: Request, items: Sequence[DeclineItem]) -> bool:
    """Tell whether nothing is left to take back, because that was done."""
    states = {item.state for item in items}
    return "withdrawn" in states | {row.result} and states <= {"withdrawn", "refused"}


def can_withdraw(
    program: Program, row: Request, items: Sequence[DeclineItem], now: datetime
) -> bool:
    """Tell whether the page may offer to take a decline back."""
    if program.windows.decline.is_over(now) or (row.state == "closed" and not items):
        return False
    return not items or any(DECLINE.can(item.state, "withdraw") for item in items)
