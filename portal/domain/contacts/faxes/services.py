"""FAX cases: stored with the time of their header, handled in a call, or closed without reply."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.about import About
from portal.domain.contacts.calls.description import CallDescription
from portal.domain.contacts.calls.kinds import CallChannel, CallLanguage
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.services import current_call, start_call
from portal.domain.contacts.calls.states import ENDED
from portal.domain.contacts.faxes.hidden import discard_hidden
from portal.domain.contacts.faxes.models import FaxCase, FaxReply
from portal.domain.contacts.faxes.numbers import fax_number
from portal.domain.contacts.faxes.states import (
    FAILED,
    FAX_CASE,
    FAX_REPLY,
    PREPARED,
    UNSENT,
    CloseReason,
)
from portal.domain.contacts.faxes.visibility import link_household
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from portal.domain.foundation.program.calendar import CallCenterCalendar
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import seal_json
from portal.domain.foundation.work import Work
from portal.domain.people.tasks.services import new_receipt_no
from portal.domain.requests.requests.paper_forms import check_instant
from portal.domain.requests.requests.scans import CheckedScan, known_digests, store_scan

OLD = timedelta(days=31)
"""An older header needs a confirmation, because FAX machines lose their clocks."""


@dataclass(frozen=True, slots=True)
class NewFax:
    """A FAX as somebody enters it.

    ``sender``: the number in the header, as typed; "" if none is printed. ``old_is_right``:
    somebody confirmed a header that is older than ``OLD``.
    """

    received_at: datetime
    file: CheckedScan
    language: CallLanguage = CallLanguage.JA
    sender: str = field(default="", repr=False)
    old_is_right: bool = False


def due_day(calendar: CallCenterCalendar, received_at: datetime) -> date:
    """Return the day (JST) by which a FAX is answered: the business day after its receipt."""
    return calendar.business_day_from(jst_date(received_at) + timedelta(days=1))


def receive(work: Work, calendar: CallCenterCalendar, fax: NewFax) -> FaxCase:
    """Create a case for a FAX; its file is stored as a scan.

    Raises:
        InputError: the time is in the future or far back, or the sender's number is invalid (code:
            the field).
        ConflictError: the same file is a case already (code: its receipt number).
        NotAllowedError: the actor has no account.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("FAXを登録できるのは、アカウントのある職員だけです。"))
    _check_header_time(fax, work.now)
    case = _case_of(work, fax)
    case.due_on = due_day(calendar, fax.received_at)
    _refuse_double(work.session, known_digests(work, fax.file))
    try:
        with work.session.begin_nested():
            scan = store_scan(work, fax.file)
            case.scan_id, case.digest, case.pages = scan.id, scan.digest, scan.pages
            work.session.add(case)
            work.session.flush()
    except IntegrityError:
        # somebody else stored the same file at this moment
        _refuse_double(work.session, known_digests(work, fax.file))
        raise
    record(work, "fax.received", "fax_case", case.id, pages=case.pages, language=case.language)
    return case


def _case_of(work: Work, fax: NewFax) -> FaxCase:
    """Return a new case; its scan and its due day are still to be set."""
    key, wrapped = work.vault.new_data_key()
    receipt_no = new_receipt_no()
    return FaxCase(
        receipt_no=receipt_no,
        language=fax.language.value,
        received_at=fax.received_at,
        day=jst_date(fax.received_at),
        wrapped_key=wrapped,
        sealed=seal_json(key, {"sender": _sender(fax.sender)}, f"fax:{receipt_no}"),
        entered_by=work.actor.id,
        entered_at=work.now,
    )


def _check_header_time(fax: NewFax, now: datetime) -> None:
    check_instant(fax.received_at, now)
    if fax.received_at < now - OLD and not fax.old_is_right:
        raise InputError(
            _s(
                "31日より前の日時です。FAXの上に印字された日時をもう一度見て、"
                "正しければ印をつけてください。"
            ),
            code="old_is_right",
        )


def _sender(typed: str) -> str:
    if not typed.strip():
        return ""
    try:
        return fax_number(typed)
    except InputError as error:
        raise InputError(error.message, code="sender") from None


def _refuse_double(session: Session, digests: Collection[bytes]) -> None:
    known = session.scalar(select(FaxCase.receipt_no).where(FaxCase.digest.in_(digests)))
    if known is not None:
        raise ConflictError(
            _s("このファイルは、もう登録されています。受付番号は %(number)s です。")
            % {"number": known},
            code=known,
        )


def locked_case(session: Session, case_id: int) -> FaxCase:
    """Return a case, locked to the end of the transaction.

    Raises:
        NotFoundError: there is no such case.
    """
    statement = select(FaxCase).where(FaxCase.id == case_id).with_for_update()
    case = session.scalar(statement.execution_options(populate_existing=True))
    if case is None:
        raise NotFoundError(_s("このFAXは見つかりませんでした。"))
    return case


def start(work: Work, case_id: int) -> Call:
    """Start the actor's call about a FAX, or return the one that is open.

    Raises:
        NotFoundError: there is no such case.
        WrongStateError: it was answered or closed.
        ConflictError: somebody else handles it (code ``taken``), or the actor has another call
            (code: its id).
    """
    case = locked_case(work.session, case_id)
    state = FAX_CASE.next(case.state, "start")
    own = current_call(work)
    if own is not None and own.fax_case_id == case.id:
        return own
    refuse_others(work, case)
    described = CallDescription(channel=CallChannel.FAX, language=CallLanguage(case.language))
    call = start_call(work, described, About(fax_case_id=case.id))
    case.state = state
    record(work, "fax.started", "fax_case", case.id, household_id=case.household_id, call=call.id)
    return call


def refuse_others(work: Work, case: FaxCase) -> None:
    """Refuse while another person's call about a case is open.

    Raises ConflictError (code ``taken``).
    """
    others = select(Call.id).where(
        Call.fax_case_id == case.id,
        Call.state != ENDED,
        Call.agent_id != (work.actor.id or 0),
    )
    if work.session.scalar(others.limit(1)) is not None:
        raise ConflictError(
            _s("ほかの人が、このFAXに対応しています。一覧から次のFAXを選んでください。"),
            code="taken",
        )


def close(work: Work, case_id: int, reason: str) -> FaxCase:
    """Close a case without a reply by FAX; a reply that could not be sent is discarded.

    Raises:
        NotFoundError: there is no such case.
        InputError: the reason is no ``CloseReason``, or is ``cannot_send`` though no sending
            failed.
        WrongStateError: the case was answered or closed.
        ConflictError: somebody else handles it, or a prepared reply is not recorded as sent or
            failed.
    """
    case = locked_case(work.session, case_id)
    state = FAX_CASE.next(case.state, "close")
    refuse_others(work, case)
    discard_hidden(work, case)
    reply = work.session.scalar(
        select(FaxReply)
        .where(FaxReply.case_id == case.id, FaxReply.state.in_(UNSENT))
        .with_for_update()
    )
    if CloseReason.known(reason) is None or (
        reason == CloseReason.CANNOT_SEND and (reply is None or reply.state != FAILED)
    ):
        raise InputError(_s("返信しない理由を選んでください。"), code="reason")
    if reply is not None and reply.state == PREPARED:
        raise ConflictError(
            _s(
                "出していない返信があります。送った結果を記録するか、"
                "返信を取りやめてから終えてください。"
            )
        )
    if reply is not None:
        reply.state = FAX_REPLY.next(reply.state, "discard")
    link_household(work, case)
    case.state, case.close_reason, case.closed_at = state, reason, work.now
    record(work, "fax.closed", "fax_case", case.id, household_id=case.household_id, reason=reason)
    return case
