"""Enters requests for paper: by post, FAX or counter (代替品申出書), or on the telephone."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from portal.domain.foundation.actors import Channel
from portal.domain.foundation.program.opening import require_open_for_staff
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.households.models import Household
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.services import open_task
from portal.domain.requests.alternatives.items import locked_request
from portal.domain.requests.alternatives.models import AlternativeItem
from portal.domain.requests.alternatives.services import PaperRequest, open_with_items
from portal.domain.requests.alternatives.states import LIVE
from portal.domain.requests.alternatives.written import PaperWish
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.paper_forms import (
    WEAK,
    FollowUp,
    FormFault,
    PaperEntry,
    add_form,
    as_entered,
    check_form,
    finish_evidence,
    instant_that_counts,
    locked_out_task,
    weaknesses,
)

TROUBLE = "alternative"


def enter_form(
    work: Work, household_id: int, wishes: Mapping[int, str], form: PaperEntry[PaperWish]
) -> Request:
    """Enter a form, or what was said on the telephone (no form is kept then).

    Children whose paper is in progress already get the form added to that request. A form that is
    late, or not signed by an authorized person, waits with a warning and touches no coupon; for one
    that is not clear, a task to ask is opened.

    Raises:
        InputError: the entry contradicts itself; no child, or no such product.
        NotFoundError: ``evidence`` names no such receipt.
        TooEarlyError: before the window. TooLateError: a call after it.
        ConflictError, NotAllowedError: as ``services.submit``.
    """
    check_form(form, work.now)
    work.session.execute(
        select(Household.id).where(Household.id == household_id).with_for_update(key_share=True)
    )
    task = locked_out_task(work, form.evidence, TROUBLE) if form.evidence else None
    counts = instant_that_counts(work.program, form, task.created_at if task else None)
    by_phone, window = form.channel is Channel.PHONE, work.program.windows.alternative
    if by_phone or not window.is_over(counts):
        require_open_for_staff(window, counts)
    entering = as_entered(work, form.channel)
    row, new = _join(entering, household_id, wishes, form)
    if row is not None and not new:
        return row
    asked = PaperRequest(household_id, new, form.written, counts, _warnings(work, form, counts))
    row = open_with_items(entering, asked)
    if not by_phone:
        add_form(entering, row, form)
    if not form.is_clear:
        _ask(entering, row, form)
    finish_evidence(entering, task, row)
    return row


def _warnings(work: Work, form: PaperEntry[PaperWish], counts: datetime) -> tuple[FormFault, ...]:
    by_phone, window = form.channel is Channel.PHONE, work.program.windows.alternative
    weak = () if by_phone else weaknesses(window, form, counts)
    return weak if form.is_clear else (*weak, FormFault.UNCLEAR)


def _join(
    work: Work, household_id: int, wishes: Mapping[int, str], form: PaperEntry[PaperWish]
) -> tuple[Request | None, dict[int, str]]:
    """Add the form to the requests in which its children have paper in progress.

    Returns the last of these requests, and the wishes of the children who are in none.
    """
    new = dict(wishes)
    joined: Request | None = None
    found = work.session.execute(
        select(AlternativeItem.request_id, AlternativeItem.ordinal)
        .where(
            AlternativeItem.household_id == household_id,
            AlternativeItem.ordinal.in_(list(wishes)),
            AlternativeItem.state.in_(LIVE),
        )
        .order_by(AlternativeItem.request_id)
    ).all()
    for request_id in dict.fromkeys(id_ for id_, _ordinal in found):
        row = locked_request(work.session, request_id)
        if WEAK & set(row.warnings):
            continue  # this form may be the better one
        for id_, ordinal in found:
            if id_ == request_id:
                new.pop(ordinal, None)
        if form.channel is not Channel.PHONE:
            add_form(work, row, form)
        joined = row
    return joined, new


def _ask(work: Work, row: Request, form: PaperEntry[PaperWish]) -> None:
    calls = form.follow_up == FollowUp.CALL and bool(form.written.telephone)
    details = {
        "telephone": form.written.telephone if calls else "",
        "message": _s(
            "はっきりしない申出書です。本人の気持ちを確かめてください。受付番号 %(number)s"
        )
        % {"number": row.receipt_no},
    }
    open_task(
        work, TaskKind.CALL_BACK if calls else TaskKind.LETTER_WISHED, row.household_id, details
    )
