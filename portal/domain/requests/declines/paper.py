"""Declines by post, FAX and counter.

In time or not, signed by whom, clear or not, and never counted twice.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Channel
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.services import announce
from portal.domain.people.tasks.models import Task
from portal.domain.requests.declines.declaring import (
    CROSSED,
    HONORED,
    LATE,
    NO_ATTORNEY,
    Declaration,
    Right,
    declare,
    lock_rights,
)
from portal.domain.requests.declines.earlier import look_back
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.review import mark_unclear, note_signatures
from portal.domain.requests.declines.written import DeclineNote
from portal.domain.requests.requests import paper_forms
from portal.domain.requests.requests.decisions import Decided, Decision
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.paper_forms import (
    SIGNERS,
    PaperEntry,
    add_form,
    as_entered,
    check_entry,
    instant_that_counts,
    weaknesses,
)
from portal.domain.requests.requests.services import locked

__all__ = ["SIGNERS", "PaperEntry", "enter_form", "locked_out_task"]
TROUBLE = "decline"


def enter_form(
    work: Work, household_id: int, ordinals: Sequence[int], form: PaperEntry[DeclineNote]
) -> Request:
    """Enter a paper form (辞退届).

    Children who are declined already only get the form added to that request.

    A form that is late, or not signed by who may, waits with a warning and touches no coupon; one
    that is not clear, or that was sent before its household took the decline back, opens a task to
    call or to write.

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
    counts = _first_word(completes, counts)
    warnings = weaknesses(work.program.windows.decline, form, counts)
    crossed = _crossed(work.session, new, form)
    unclear = not form.is_clear or crossed
    if unclear and completes is not None and completes[1]:
        add_form(work, completes[0], form)  # the better word is still missing
        return completes[0]
    notes = ((CROSSED,) if crossed else ()) + ((HONORED,) if form.evidence else ())
    said = Declaration(
        counts,
        binding=not warnings and not unclear,
        countersigned=form.countersigned,
        warnings=(*warnings, *notes),
        written=form.written,
    )
    entering = as_entered(work, form.channel)
    row = declare(entering, household_id, new, said, completes)
    add_form(entering, row, form)
    if unclear:
        unclear_form = Decided(Decision.MARK_UNCLEAR, "unclear")
        return mark_unclear(entering, row, unclear_form, form.follow_up)
    _announce_received(work, household_id, row, form)
    return row


def _announce_received(
    work: Work, household_id: int, row: Request, form: PaperEntry[DeclineNote]
) -> None:
    announce(
        work,
        household_id,
        "received",
        f"decline:{row.id}:received:{row.version}",
        contact=form.written.telephone or None,
        receipt_no=row.receipt_no,
    )


def _nothing() -> Request:
    raise InputError(_s("辞退するこどもを、選んでください。"), code="children")


def _instant(work: Work, form: PaperEntry[DeclineNote]) -> datetime:
    earlier = locked_out_task(work, form.evidence).created_at if form.evidence else None
    return instant_that_counts(work.program, form, earlier)


def _first_word(completes: tuple[Request, list[DeclineItem]] | None, counts: datetime) -> datetime:
    """Return the instant of the first declaration that this form completes.

    A mere wish on the telephone is none.
    """
    if completes is None:
        return counts
    row, items = completes
    return min(counts, row.received_at) if items or HONORED in row.warnings else counts


def _join(
    work: Work, rights: Sequence[Right], form: PaperEntry[DeclineNote]
) -> tuple[Request | None, list[Right]]:
    """Add the form to the requests in which its children are declined already.

    Return the last and the other children.
    """
    new = list(rights)
    joined: Request | None = None
    found = work.session.execute(
        select(DeclineItem.request_id, DeclineItem.entitlement_id)
        .where(
            DeclineItem.entitlement_id.in_([right.id for right in rights]),
            DeclineItem.state.in_(("submitted", "awaiting_stop", "accepted")),
        )
        .order_by(DeclineItem.request_id)
    ).all()
    for request_id in dict.fromkeys(id_ for id_, _entitlement in found):
        row = locked(work.session, request_id)
        if {LATE, NO_ATTORNEY} & set(row.warnings):
            continue  # this form may be the better one
        covered = {entitlement for id_, entitlement in found if id_ == request_id}
        new = [right for right in new if right.id not in covered]
        signed = {right.id for right in rights if right.ordinal in form.countersigned}
        note_signatures(work, row, signed)
        add_form(work, row, form)
        joined = row
    return joined, new


def _crossed(session: Session, rights: Sequence[Right], form: PaperEntry[DeclineNote]) -> bool:
    """Tell whether the household took a decline back after this form was sent.

    Then it is no fresh decline.
    """
    latest = session.scalar(
        select(DeclineItem.changed_at)
        .where(
            DeclineItem.entitlement_id.in_([right.id for right in rights]),
            DeclineItem.state == "withdrawn",
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
