"""What went to and fro besides talk: FAX, call-backs, requests, letters."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.escalations.call_backs import KINDS
from portal.domain.contacts.escalations.models import CallBack
from portal.domain.contacts.escalations.states import CallBackState
from portal.domain.contacts.faxes.models import FaxCase, FaxReply
from portal.domain.contacts.faxes.states import SENT, CloseReason, FaxCaseState
from portal.domain.desk.casework.contact import LIMIT, Contact, ContactKind
from portal.domain.foundation.clock import day_start
from portal.domain.foundation.texts import _s, label_of
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.letters.queries import letters_of
from portal.domain.letters.letters.states import LetterState
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.queries import day_sent, mail_of_letters
from portal.domain.letters.shipments.states import ShipmentState
from portal.domain.people.tasks.models import Task
from portal.domain.requests.requests.kinds import OF_RESIDENTS, RequestKind, Result
from portal.domain.requests.requests.queries import requests_of
from portal.domain.requests.requests.states import RequestState


def faxes(session: Session, household_id: int) -> Iterator[Contact]:
    """Yield the FAX of a household, and the replies that were sent."""
    cases = select(FaxCase).where(FaxCase.household_id == household_id)
    for row in session.scalars(cases.order_by(FaxCase.id.desc()).limit(LIMIT)):
        outcome = label_of(FaxCaseState, row.state)
        if row.close_reason:
            outcome = label_of(CloseReason, row.close_reason)
        yield Contact(row.received_at, ContactKind.FAX, row.id, row.receipt_no, outcome=outcome)
    replies = select(FaxReply, FaxCase.receipt_no).join(FaxCase, FaxCase.id == FaxReply.case_id)
    sent = replies.where(FaxReply.household_id == household_id, FaxReply.state == SENT)
    for reply, receipt_no in session.execute(sent.order_by(FaxReply.id.desc()).limit(LIMIT)):
        at = reply.tried_at or reply.prepared_at
        yield Contact(
            at,
            ContactKind.FAX_REPLY,
            reply.case_id,
            receipt_no,
            outcome=_s("送りました"),
            by=reply.prepared_by,
        )


def call_backs(session: Session, household_id: int) -> Iterator[Contact]:
    """Yield the call-backs of a household."""
    rows = session.execute(
        select(Task, CallBack.state, CallBack.tries)
        .outerjoin(CallBack, CallBack.task_id == Task.id)
        .where(Task.household_id == household_id, Task.kind.in_(KINDS))
        .order_by(Task.id.desc())
        .limit(LIMIT)
    )
    for task, state, tries in rows:
        outcome = label_of(CallBackState, state or CallBackState.WAITING)
        if tries:
            outcome = _s("%(state)s（かけた回数 %(n)d）") % {"state": outcome, "n": tries}
        yield Contact(
            task.created_at, ContactKind.CALL_BACK, task.id, task.receipt_no, outcome=outcome
        )


def requests(session: Session, household_id: int, *, of_ward: bool) -> Iterator[Contact]:
    """Yield a household's requests; those that only the ward may know only ``of_ward``."""
    for row in requests_of(session, household_id, limit=LIMIT):
        if not of_ward and (row.ward_only or row.kind not in OF_RESIDENTS):
            continue
        outcome = label_of(Result, row.result) if row.result else label_of(RequestState, row.state)
        yield Contact(
            row.received_at,
            ContactKind.REQUEST,
            row.id,
            row.receipt_no,
            label_of(RequestKind, row.kind),
            outcome,
            row.entered_by,
        )


def letters(session: Session, household_id: int) -> Iterator[Contact]:
    """Yield the letters of a household, each at the instant at which it left."""
    mails = mail_of_letters(session, household_id)
    for row in letters_of(session, household_id):
        at = row.printed_at or row.created_at
        posting = mails.get(row.id)
        if (day := day_sent(row, posting)) is not None:
            at = max(at, day_start(day))
        # no number: callers are asked for it, and agents never read it from a page
        yield Contact(at, ContactKind.LETTER, row.id, "", outcome=_mailed(row, posting))


def _mailed(letter: Letter, posting: Shipment | None) -> str:
    if posting is None or posting.posted_on is None:
        return label_of(LetterState, letter.state)
    return _s("%(day)s に差し出し、%(state)s") % {
        "day": posting.posted_on.isoformat(),
        "state": label_of(ShipmentState, posting.state),
    }
