"""The result of sending a reply by machine; a failed one is sent again or discarded."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.faxes.hidden import is_shown
from portal.domain.contacts.faxes.models import FaxCase, FaxReply
from portal.domain.contacts.faxes.numbers import typed_twice
from portal.domain.contacts.faxes.services import locked_case
from portal.domain.contacts.faxes.sheets import of_case, open_reply, refuse_paused
from portal.domain.contacts.faxes.states import (
    ANSWERED,
    FAX_CASE,
    FAX_REPLY,
    SENT,
    SendingFailure,
)
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work


def read_number(work: Work, case_id: int, reply_id: int) -> FaxReply:
    """Return the number to dial, and log that it was read.

    Raises:
        NotFoundError: there is no such reply, or it is hidden.
        ConflictError: as ``sheets.refuse_paused``.
    """
    reply = of_case(work.session, case_id, reply_id)
    refuse_paused(work.session, reply)
    record(work, "fax.number_read", "fax_case", reply.case_id, reply=reply.id)
    return reply


def mark_sent(work: Work, reply_id: int) -> FaxReply:
    """Record that the machine sent a reply; its case is answered.

    Raises:
        NotFoundError: there is no such reply.
        WrongStateError: the result was recorded before, or the reply was discarded.
    """
    case, reply = _locked(work.session, reply_id)
    reply.state = FAX_REPLY.next(reply.state, "send")
    case.state = FAX_CASE.next(case.state, "answer")
    reply.attempts += 1
    reply.tried_at, reply.sent_on, reply.failure, case.closed_at = (
        work.now,
        jst_date(work.now),
        None,
        work.now,
    )
    record(
        work,
        "fax.reply_sent",
        "fax_case",
        case.id,
        household_id=reply.household_id,
        reply=reply.id,
        attempts=reply.attempts,
    )
    return reply


def mark_failed(work: Work, reply_id: int, failure: str) -> FaxReply:
    """Record that a reply was not sent; a case that counted as answered is reopened.

    Raises:
        NotFoundError: there is no such reply.
        InputError: the failure is no ``SendingFailure`` (code ``failure``).
        WrongStateError: it failed before, or was discarded.
    """
    case, reply = _locked(work.session, reply_id)
    state = FAX_REPLY.next(reply.state, "fail")
    if SendingFailure.known(failure) is None:
        raise InputError(_s("送れなかった理由を、機械の表示から選んでください。"), code="failure")
    if case.state == ANSWERED:
        case.state, case.closed_at = FAX_CASE.next(case.state, "reopen"), None
    if reply.state != SENT:
        reply.attempts += 1
    reply.state, reply.failure, reply.tried_at, reply.sent_on = state, failure, work.now, None
    record(
        work,
        "fax.reply_failed",
        "fax_case",
        case.id,
        household_id=reply.household_id,
        reply=reply.id,
        failure=failure,
    )
    return reply


def prepare_again(work: Work, reply_id: int, number: str, number_again: str) -> FaxReply:
    """Prepare a failed reply for another attempt to the same number, which is typed twice again.

    Raises:
        NotFoundError: there is no such reply.
        WrongStateError: it did not fail.
        InputError: the two numbers differ, or are not the reply's (code: the field).
    """
    case, reply = _locked(work.session, reply_id)
    state = FAX_REPLY.next(reply.state, "prepare_again")
    if typed_twice(number, number_again) != open_reply(work.vault, reply).number:
        raise InputError(
            _s(
                "前に送った番号と違います。番号を変えるときは、この返信を取りやめて、"
                "書きなおしてください。"
            ),
            code="number",
        )
    reply.state = state
    record(work, "fax.reply_again", "fax_case", case.id, reply=reply.id, attempts=reply.attempts)
    return reply


def discard(work: Work, reply_id: int) -> FaxReply:
    """Discard a reply that was not sent; another one may be written.

    Raises:
        NotFoundError: there is no such reply.
        WrongStateError: it was sent, or discarded before.
    """
    case, reply = _locked(work.session, reply_id)
    reply.state = FAX_REPLY.next(reply.state, "discard")
    record(work, "fax.reply_discarded", "fax_case", case.id, reply=reply.id)
    return reply


def _locked(session: Session, reply_id: int) -> tuple[FaxCase, FaxReply]:
    """Return a reply and its case, both locked, the case first, as everywhere.

    Raises NotFoundError, also for a hidden reply.
    """
    case_id = session.scalar(select(FaxReply.case_id).where(FaxReply.id == reply_id))
    if case_id is None:
        raise NotFoundError(_s("この返信は見つかりませんでした。"))
    case = locked_case(session, case_id)
    reply = session.scalar(
        select(FaxReply)
        .where(FaxReply.id == reply_id, is_shown())
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if reply is None:
        raise NotFoundError(_s("この返信は見つかりませんでした。"))
    return case, reply
