"""What went to and fro besides talk: FAX, call-backs, requests, letters."""

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import and_, false, func, select
from sqlalchemy.orm import Session

from portal.domain.contacts.escalations.call_backs import KINDS
from portal.domain.contacts.escalations.models import CallBack
from portal.domain.contacts.escalations.states import CallBackState
from portal.domain.contacts.faxes.models import FaxCase, FaxReply
from portal.domain.contacts.faxes.states import SENT, CloseReason, FaxCaseState
from portal.domain.desk.casework.contact import KEY, MOST, Contact, ContactKind, HistoryReader
from portal.domain.foundation.clock import day_start
from portal.domain.foundation.texts import _s, label_of
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.letters.states import LetterState
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.queries import day_sent
from portal.domain.letters.shipments.states import ShipmentState
from portal.domain.people.tasks.models import Task
from portal.domain.requests.requests.kinds import OF_RESIDENTS, RequestKind, Result
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.states import RequestState

# built once: building a statement takes longer than running it
_FAXES = (
    select(FaxCase.received_at, FaxCase.id, FaxCase.receipt_no, FaxCase.state, FaxCase.close_reason)
    .where(FaxCase.household_id == KEY)
    .order_by(FaxCase.id.desc())
    .limit(MOST)
)
SENT_TO = and_(FaxReply.household_id == KEY, FaxReply.state == SENT)
_REPLIES = (
    select(
        FaxReply.tried_at,
        FaxReply.prepared_at,
        FaxReply.case_id,
        FaxCase.receipt_no,
        FaxReply.prepared_by,
    )
    .join(FaxCase, FaxCase.id == FaxReply.case_id)
    .where(SENT_TO)
    .order_by(FaxReply.id.desc())
    .limit(MOST)
)
TO_CALL_BACK = and_(Task.household_id == KEY, Task.kind.in_(KINDS))
_CALL_BACKS = (
    select(Task.created_at, Task.id, Task.receipt_no, CallBack.state, CallBack.tries)
    .outerjoin(CallBack, CallBack.task_id == Task.id)
    .where(TO_CALL_BACK)
    .order_by(Task.id.desc())
    .limit(MOST)
)
_REQUESTS = (
    select(
        Request.received_at,
        Request.id,
        Request.receipt_no,
        Request.kind,
        Request.state,
        Request.result,
        Request.entered_by,
    )
    .where(Request.household_id == KEY)
    .order_by(Request.id.desc())
    .limit(MOST)
)
# a function keeps the index of ``ward_only`` out: by it all requests of the ward would be read
_FOR_ALL = func.coalesce(Request.ward_only, false()).is_(False)
_REQUESTS_TOLD = _REQUESTS.where(_FOR_ALL, Request.kind.in_(OF_RESIDENTS))
"""What is left for those who may not know what only the ward does; hidden before counting."""


def faxes(session: Session, household_id: int, reader: HistoryReader) -> Iterator[Contact]:
    """Yield the FAX of a household."""
    rows = session.execute(_FAXES, {"household_id": household_id, "most": reader.most})
    for at, key, receipt_no, state, close_reason in rows:
        outcome = label_of(CloseReason, close_reason) or label_of(FaxCaseState, state)
        yield Contact(at, ContactKind.FAX, key, receipt_no, outcome=outcome)


def fax_replies(session: Session, household_id: int, reader: HistoryReader) -> Iterator[Contact]:
    """Yield the replies by FAX about a household that were sent."""
    rows = session.execute(_REPLIES, {"household_id": household_id, "most": reader.most})
    for tried_at, prepared_at, case_id, receipt_no, by in rows:
        at = tried_at or prepared_at
        yield Contact(
            at, ContactKind.FAX_REPLY, case_id, receipt_no, outcome=_s("送りました"), by=by
        )


def call_backs(session: Session, household_id: int, reader: HistoryReader) -> Iterator[Contact]:
    """Yield the call-backs of a household."""
    rows = session.execute(_CALL_BACKS, {"household_id": household_id, "most": reader.most})
    for at, key, receipt_no, state, tries in rows:
        outcome = label_of(CallBackState, state or CallBackState.WAITING)
        if tries:
            outcome = _s("%(state)s（かけた回数 %(n)d）") % {"state": outcome, "n": tries}
        yield Contact(at, ContactKind.CALL_BACK, key, receipt_no, outcome=outcome)


def requests(session: Session, household_id: int, reader: HistoryReader) -> Iterator[Contact]:
    """Yield a household's requests; those that only the ward may know only to the ward."""
    statement = _REQUESTS if reader.of_ward else _REQUESTS_TOLD
    rows = session.execute(statement, {"household_id": household_id, "most": reader.most})
    for at, key, receipt_no, kind, state, result, entered_by in rows:
        outcome = label_of(Result, result) if result else label_of(RequestState, state)
        what = label_of(RequestKind, kind)
        yield Contact(at, ContactKind.REQUEST, key, receipt_no, what, outcome, entered_by)


def letters(sent: Iterable[Letter], mails: Mapping[int, Shipment]) -> Iterator[Contact]:
    """Yield the letters of a household, each at the instant at which it left."""
    for row in sent:
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
