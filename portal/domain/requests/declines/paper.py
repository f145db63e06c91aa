"""Enters declines that came by post, FAX or at the counter; no form counts twice."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Channel
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.events import Event
from portal.domain.letters.announcements.services import announce
from portal.domain.people.tasks.models import Task
from portal.domain.requests.declines.declaring import (
    Declaration,
    Right,
    Unfinished,
    declare,
    lock_rights,
)
from portal.domain.requests.declines.earlier import look_back
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.reasons import WEAK, DeclineReason, DeclineWarning
from portal.domain.requests.declines.review import FOLLOW_UP, mark_unclear, record_signatures
from portal.domain.requests.declines.states import DeclineState
from portal.domain.requests.declines.written import DeclineNote
from portal.domain.requests.requests import paper_forms
from portal.domain.requests.requests.decisions import Decided, Decision
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.paper_forms import (
    PaperEntry,
    add_form,
    as_entered,
    check_entry,
    instant_that_counts,
    weaknesses,
)
from portal.domain.requests.requests.services import locked

TROUBLE = "decline"
DECIDABLE = (DeclineState.SUBMITTED, DeclineState.AWAITING_STOP, DeclineState.ACCEPTED)
"""A child in one of these states needs no other declaration."""


def enter_form(
    work: Work, household_id: int, ordinals: Sequence[int], form: PaperEntry[DeclineNote]
) -> Request:
    """Enter a paper form (辞退届).

    Children who are declined already only get the form added to that request. A form that is late,
    or not signed by an authorized person, waits with a warning and touches no coupon; one that is
    not clear, or was sent before its household withdrew, opens a task to call or to write.

    Raises:
        InputError: the entry contradicts itself, or no child of the household was chosen.
        NotFoundError: ``evidence`` names no such receipt.
        ConflictError, NotAllowedError: as ``declaring.declare``.
    """
    check_entry(form, work.now)
    counts = _instant(work, form)
    rights = lock_rights(work, household_id, ordinals, jst_date(counts))
    row, new = _join(work, rights, form)
    if not new:
        return row or _nothing()
    completes = look_back(work.session, household_id, new)
    crossed = _crossed(work.session, new, form)
    unclear = crossed or not form.is_clear
    if unclear and completes is not None and completes.items:
        add_form(work, completes.request, form)  # a better declaration is still missing
        return completes.request
    counts = _first_instant(completes, counts)
    weak = weaknesses(work.program.windows.decline, form, counts)
    notes = {DeclineWarning.CROSSED: crossed, DeclineWarning.HONORED: bool(form.evidence)}
    said = Declaration(
        household_id,
        new,
        counts,
        binding=not weak and not unclear,
        warnings=(*weak, *(warning for warning, applies in notes.items() if applies)),
        written=form.written,
        countersigned=form.countersigned,
    )
    entering = as_entered(work, form.channel)
    return _finish(entering, declare(entering, said, completes), form, unclear=unclear)


def _finish(work: Work, row: Request, form: PaperEntry[DeclineNote], *, unclear: bool) -> Request:
    """Add the form to its request; tell the household, or ask it what an unclear form means."""
    add_form(work, row, form)
    if unclear:
        asked = {FOLLOW_UP: form.follow_up}
        return mark_unclear(
            work, row, Decided(Decision.MARK_UNCLEAR, DeclineReason.UNCLEAR, more=asked)
        )
    key = f"decline:{row.id}:received:{row.version}"
    announce(
        work,
        Event(
            row.household_id or 0,
            "received",
            key,
            contact=form.written.telephone or None,
            receipt_no=row.receipt_no,
        ),
    )
    return row


def _nothing() -> Request:
    raise InputError(_s("辞退するこどもを、選んでください。"), code="children")


def _instant(work: Work, form: PaperEntry[DeclineNote]) -> datetime:
    earlier = locked_out_task(work, form.evidence).created_at if form.evidence else None
    return instant_that_counts(work.program, form, earlier)


def _first_instant(completes: Unfinished | None, counts: datetime) -> datetime:
    """Return the instant of the first declaration that this form completes.

    A wish recorded on the telephone is no declaration.
    """
    if completes is None:
        return counts
    declared = completes.items or DeclineWarning.HONORED in completes.request.warnings
    return min(counts, completes.request.received_at) if declared else counts


def _join(
    work: Work, rights: Sequence[Right], form: PaperEntry[DeclineNote]
) -> tuple[Request | None, list[Right]]:
    """Add the form to the requests in which its children are declined already.

    Returns the last of these requests, and the children who are in none.
    """
    new = list(rights)
    joined: Request | None = None
    found = work.session.execute(
        select(DeclineItem.request_id, DeclineItem.entitlement_id)
        .where(
            DeclineItem.entitlement_id.in_([right.id for right in rights]),
            DeclineItem.state.in_(DECIDABLE),
        )
        .order_by(DeclineItem.request_id)
    ).all()
    for request_id in dict.fromkeys(id_ for id_, _entitlement in found):
        row = locked(work.session, request_id)
        if WEAK & set(row.warnings):
            continue  # this form may be the better one
        covered = {entitlement for id_, entitlement in found if id_ == request_id}
        new = [right for right in new if right.id not in covered]
        signed = {right.id for right in rights if right.ordinal in form.countersigned}
        record_signatures(work, row, signed)
        add_form(work, row, form)
        joined = row
    return joined, new


def _crossed(session: Session, rights: Sequence[Right], form: PaperEntry[DeclineNote]) -> bool:
    """Tell whether the household withdrew a decline after this form was sent.

    The form is then no new decline.
    """
    latest = session.scalar(
        select(DeclineItem.changed_at)
        .where(
            DeclineItem.entitlement_id.in_([right.id for right in rights]),
            DeclineItem.state == DeclineState.WITHDRAWN,
        )
        .order_by(DeclineItem.changed_at.desc())
        .limit(1)
    )
    if latest is None:
        return False
    if form.channel is Channel.POST:
        # without a readable postmark it may have been on its way for days
        return form.postmark_on is None or form.postmark_on <= jst_date(latest)
    return form.received_at <= latest


def locked_out_task(work: Work, receipt_no: str) -> Task:
    """Return the request about a decline that somebody left without signing in.

    Raises NotFoundError.
    """
    return paper_forms.locked_out_task(work, receipt_no, TROUBLE)
