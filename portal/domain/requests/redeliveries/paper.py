"""Enters requests for redelivery: by post, FAX or counter (再配送依頼書), or on the telephone."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Channel
from portal.domain.foundation.program.opening import require_open_for_staff
from portal.domain.foundation.work import Work
from portal.domain.people.households.models import Household
from portal.domain.requests.redeliveries.queries import open_request
from portal.domain.requests.redeliveries.submitting import NotArrived, keep_late, submit
from portal.domain.requests.redeliveries.written import Wish
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.models import PaperForm, Request
from portal.domain.requests.requests.paper_forms import (
    FormFault,
    PaperEntry,
    add_form,
    as_entered,
    check_form,
    finish_evidence,
    instant_that_counts,
    locked_out_task,
)
from portal.domain.requests.requests.services import locked

TROUBLE = "redelivery"


def enter_form(work: Work, missing: NotArrived, form: PaperEntry[Wish]) -> Request:
    """Enter a form, or a call (no form is kept then).

    Where an equal request is open, the form is added to it. Whoever signs, it is sent to the
    registered address only: nobody needs a letter of attorney. A form that came after the window is
    stored, refused as late, and its household told; a caller hears it at once.

    Raises:
        InputError: the entry contradicts itself. NotFoundError: no such parcel or receipt.
        TooEarlyError: before the window. TooLateError: a call after it.
        ConflictError: not now; the sentence says why and what else is possible.
    """
    by_phone, household_id = form.channel is Channel.PHONE, missing.household_id
    check_form(form, work.now)
    work.session.execute(
        select(Household.id).where(Household.id == household_id).with_for_update(key_share=True)
    )
    task = locked_out_task(work, form.evidence, TROUBLE) if form.evidence else None
    counts = instant_that_counts(work.program, form, task.created_at if task else None)
    late = not by_phone and work.program.windows.redelivery.is_over(counts)
    if not late:
        require_open_for_staff(work.program.windows.redelivery, counts)
    entering = as_entered(work, form.channel)
    row = _asked_before(work.session, missing, form, late=late)
    if row is None:
        telephone = form.written.telephone
        asked = replace(missing, received_at=counts, telephone=telephone)
        row = keep_late(entering, asked) if late else submit(entering, asked)
    if not by_phone:
        add_form(entering, row, form)
    finish_evidence(entering, task, row)
    return row


def _asked_before(
    session: Session, missing: NotArrived, form: PaperEntry[Wish], *, late: bool
) -> Request | None:
    """Return the locked request to which the form belongs, if there is one."""
    household_id = missing.household_id
    asked = open_request(session, household_id, missing.shipment_id)
    if asked is None and late:
        asked = _entered_before(session, household_id, form)
    return locked(session, asked.id) if asked is not None else None


def _entered_before(session: Session, household_id: int, form: PaperEntry[Wish]) -> Request | None:
    """Return the request that another person made of the same late form, which is refused."""
    return session.scalar(
        select(Request)
        .join(PaperForm, PaperForm.request_id == Request.id)
        .where(
            Request.household_id == household_id,
            Request.kind == RequestKind.REDELIVERY,
            Request.reply == FormFault.LATE,
            PaperForm.channel == form.channel.value,
            PaperForm.received_at == form.received_at,
        )
        .limit(1)
    )
